import { expect, test } from "vitest";
import { LINE_LIMIT, TextLines } from "../../../builder/buildkit/text-lines.ts";

/** The lines that pieces become. */
function linesOf(...pieces: (string | Buffer)[]): string[] {
  const heard: string[] = [];
  const lines = new TextLines((line) => heard.push(line));
  for (const piece of pieces) lines.add(Buffer.from(piece));
  lines.end();
  return heard;
}

test.each<[string, (string | Buffer)[], string[]]>([
  ["a line that comes in pieces is one", ["he", "llo\nwor", "ld"], ["hello", "world"]],
  ["an empty line counts", ["\n\na\n"], ["", "", "a"]],
  ["colours stay", ["\u001b[31mred\u001b[0m\n"], ["\u001b[31mred\u001b[0m"]],
  ["a carriage return before the end is none", ["a\r\nb\r\n"], ["a", "b"]],
  ["of a line that was written over the end counts", ["10 %\r50 %\r100 %\n"], ["100 %"]],
  ["NUL is left out", ["a\0b\n"], ["ab"]],
  ["a letter may be cut in two", [Buffer.from([0xc3]), Buffer.from([0xa4, 0x0a])], ["ä"]],
  ["bytes that are no text are replaced", [Buffer.from([0x61, 0xff, 0x0a])], ["a\ufffd"]],
  ["nothing is no line", [], []],
])("%s", (_title, pieces, lines) => {
  expect(linesOf(...pieces)).toEqual(lines);
});

test("a line that is too long is cut, and says by how much", () => {
  const long = "x".repeat(LINE_LIMIT);
  expect(linesOf(long, "yyy", "zz\nnext\n")).toEqual([
    `${long} [5 more characters of this line left out]`,
    "next",
  ]);
});
