import { createHash, randomBytes } from "node:crypto";
import { UserError } from "../setup/user-error.ts";

/** What a token begins with, so that scanners of secrets know one. */
const MARK = "slw_";

/** A new token, and the line by which the builder knows it. */
export interface NewToken {
  /** `slw_` and 43 characters: 256 random bits. Shown once, kept nowhere. */
  readonly token: string;
  /** `NAME SHA256`, for BUILDER_TOKENS_FILE. */
  readonly line: string;
}

/** Makes a token for one client. */
export function makeToken(name: string): NewToken {
  if (!/^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/.test(name) || name === "anybody") {
    throw new UserError(
      `token: "${name}" is no client's name; use lower-case letters, digits and - . _, and not "anybody"`,
    );
  }
  const token = MARK + randomBytes(32).toString("base64url");
  return { token, line: `${name} ${hashToken(token)}` };
}

/** Hexadecimal SHA-256: a token is random enough that no slower hash would protect it better. */
export function hashToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** `npm run builder -- token NAME`: the token alone on standard output, what to do with it beside it. */
export function tellToken(
  name: string | undefined,
  out: NodeJS.WritableStream = process.stdout,
  told: NodeJS.WritableStream = process.stderr,
): void {
  if (!name) throw new UserError("token: whose is it?; npm run builder -- token NAME");
  const { token, line } = makeToken(name);
  told.write("The token, shown this once:\n");
  out.write(`${token}\n`);
  told.write(`Its line for the file of BUILDER_TOKENS_FILE:\n${line}\n`);
}
