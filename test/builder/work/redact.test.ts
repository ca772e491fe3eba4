import { expect, test } from "vitest";
import { redactor } from "../../../builder/work/redact.ts";

const url = new URL("postgresql://db.example/builds");
url.username = "builder";
url.password = "s3cret/word!"; // pragma: allowlist secret

const redact = redactor({
  registry: {
    origin: "https://registry.example",
    prefix: "registry.example",
    login: { username: "acme", password: "registry-word" }, // pragma: allowlist secret
  },
  databaseUrl: url.href,
  callbackSecret: "the-secret-of-all-callbacks-there-are", // pragma: allowlist secret
});

const base64 = (text: string) => Buffer.from(text).toString("base64");

test.each([
  ["nothing to hide", "nothing to hide"],
  ["docker login -p registry-word now", "docker login -p [redacted] now"],
  [`"auth": "${base64("acme:registry-word")}"`, `"auth": "[redacted]"`],
  [`echo ${base64("registry-word")}`, "echo [redacted]"],
  [`DATABASE_URL is ${url.href}`, "DATABASE_URL is [redacted]"],
  ["the word is s3cret/word!", "the word is [redacted]"],
  ["encoded s3cret%2Fword!", "encoded [redacted]"],
  ["the-secret-of-all-callbacks-there-are", "[redacted]"],
  [`echo ${base64("registry-word\n")}`, "echo [redacted]Ao="],
  ["twice registry-word registry-word", "twice [redacted] [redacted]"],
  [`token slw_${"a".repeat(43)} leaks`, "token [redacted] leaks"],
  [`aws AKIA${"Q".repeat(16)}`, "aws [redacted]"],
])("%s", (text, redacted) => {
  expect(redact(text)).toBe(redacted);
});

test("short passwords are left, which would take words out of every log", () => {
  const registry = { origin: "", prefix: "", login: { username: "a", password: "the" } };
  expect(redactor({ registry })("the log")).toBe("the log");
});
