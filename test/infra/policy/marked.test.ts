import { describe, expect, it } from "vitest";
import { marked } from "../../../infra/policy/marked.ts";

const signature = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown) => ({
  [signature]: "1b47061264138c4ac30d75fd1eb44270",
  value,
});

describe("what the engine sends", () => {
  it.each([
    ["plain values", { a: "b", c: [1, true, null] }, { a: "b", c: [1, true, null] }],
    ["a secret", { a: secret("hunter2") }, { a: "[secret]" }],
    ["a secret within a list", ["A=b", secret("TOKEN=hunter2")], ["A=b", "[secret]"]],
    ["a secret map", secret({ a: "b" }), "[secret]"],
    ["an unknown text", { a: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" }, { a: "[unknown]" }],
    ["an unknown list", "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2", "[unknown]"],
    ["a file", { [signature]: "a file", text: "a" }, { text: "a" }],
  ])("is read with marks: %s", (_what, sent, read) => {
    expect(marked(sent)).toEqual(read);
  });
});
