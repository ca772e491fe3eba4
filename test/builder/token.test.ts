import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { hashToken, makeToken, tellToken } from "../../builder/token.ts";

test("a token is known by the hash in its line", () => {
  const { token, line } = makeToken("ci");
  expect(token).toMatch(/^slw_[\w-]{43}$/);
  expect(line).toBe(`ci ${hashToken(token)}`);
  expect(makeToken("ci").token).not.toBe(token);
});

test("the command writes the token alone to standard output", () => {
  const [out, told] = [new PassThrough(), new PassThrough()];
  tellToken("ci", out, told);
  const token = String(out.read());
  expect(token).toMatch(/^slw_[\w-]{43}\n$/);
  expect(String(told.read())).toBe(
    `The token, shown this once:\nIts line for the file of BUILDER_TOKENS_FILE:\nci ${hashToken(token.trim())}\n`,
  );
});

test.each([
  [undefined, "token: whose is it?; npm run builder -- token NAME"],
  [
    "anybody",
    'token: "anybody" is no client\'s name; use lower-case letters, digits and - . _, and not "anybody"',
  ],
  [
    "A B",
    'token: "A B" is no client\'s name; use lower-case letters, digits and - . _, and not "anybody"',
  ],
])("no token is made for %s", (name, message) => {
  expect(() => tellToken(name, new PassThrough(), new PassThrough())).toThrow(message);
});
