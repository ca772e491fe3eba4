import { expect, test } from "vitest";
import { ago, duration, readArgs, size, stateWord } from "./modules.ts";

test.each([
  [0, "0.0 s"],
  [-5, "0.0 s"],
  [420, "0.4 s"],
  [9_940, "9.9 s"],
  [9_990, "10 s"],
  [59_499, "59 s"],
  [59_600, "1 min"],
  [185_000, "3 min 5 s"],
  [7_800_000, "2 h 10 min"],
  [90_000_000, "25 h"],
])("%i ms have run for %s", (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

test.each([
  [-300, "just now"],
  [4_999, "just now"],
  [42_000, "42 s ago"],
  [3_599_000, "59 min ago"],
  [7_200_000, "2 h ago"],
  [1_000_000_000, "11 d ago"],
])("%i ms are %s", (milliseconds, text) => {
  expect(ago(milliseconds)).toBe(text);
});

test.each([
  [812, "812 B"],
  [1_536, "1.5 KiB"],
  [14_336, "14 KiB"],
  [3_565_158, "3.4 MiB"],
])("%i bytes are %s", (bytes, text) => {
  expect(size(bytes)).toBe(text);
});

test.each([
  ["queued", "build", false, "Queued"],
  ["queued", "push", false, "Push queued"],
  ["building", "build", false, "Building"],
  ["building", "build", true, "Cancelling"],
  ["failed", "build", false, "Failed"],
  ["failed", "push", false, "Push failed"],
  ["cancelled", "build", true, "Cancelled"],
  ["unheard-of", "build", false, "unheard-of"],
])("%s at the %s (cancelling: %s) is said %s", (state, step, is_cancelling, word) => {
  expect(stateWord({ state, step, is_cancelling })).toBe(word);
});

test.each([
  ["", { args: {} }],
  ["A=1\r\n\n  B = two = 2 ", { args: {}, problem: "“B = two = 2” is not NAME=value." }],
  ["A=1\nB=two = 2 ", { args: { A: "1", B: "two = 2 " } }],
  ["EMPTY=", { args: { EMPTY: "" } }],
  ["__proto__=x", { args: Object.fromEntries([["__proto__", "x"]]) }],
  ["NAME", { args: {}, problem: "“NAME” is not NAME=value." }],
  ["A=1\nA=2", { args: {}, problem: "A is there twice." }],
])("the arguments %j are read as %j", (text, read) => {
  expect(readArgs(text)).toEqual(read);
});
