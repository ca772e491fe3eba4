import { expect, test } from "vitest";
import { keyHider } from "../../../builder/work/hide-keys.ts";

// In two pieces, for this is no key.
const mark = (word: string): string => `-----${word} ${"PRIVATE"} KEY-----`;

/** What is shown of lines that one stream writes one at a time; the mark is hidden by its own shape. */
function shown(...lines: readonly string[]): (string | undefined)[] {
  const hidden = keyHider();
  return lines.map((line) => hidden("out", line));
}

test("the lines between a key's marks are hidden, and those around them are not", () => {
  expect(shown("before", mark("BEGIN"), "MIIE", "abcd", mark("END"), "after")).toEqual([
    undefined,
    undefined,
    "[redacted]",
    "[redacted]",
    "[redacted]",
    undefined,
  ]);
});

test("a key in one text is left to its shape", () => {
  expect(shown(`${mark("BEGIN")}\nMIIE\n${mark("END")}`, "after")).toEqual([undefined, undefined]);
});

test("another stream is not hidden, and a key without an end hides 600 lines", () => {
  const hidden = keyHider();
  hidden("out", mark("BEGIN"));
  expect(hidden("err", "said meanwhile")).toBeUndefined();
  const lines = Array.from({ length: 601 }, () => hidden("out", "more"));
  expect([lines.at(599), lines.at(600)]).toEqual(["[redacted]", undefined]);
});
