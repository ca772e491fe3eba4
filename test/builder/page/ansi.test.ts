import { describe, expect, it, test } from "vitest";
import { ansiPieces, contrast, paletteColour, readable, styleOf } from "./modules.ts";

const ESC = "\u001b[";

describe("a line of a log", () => {
  const red = { colour: paletteColour(1) };

  it.each<[what: string, line: string, pieces: [text: string, look: object][]]>([
    ["is one piece without escapes", "plain <b>text</b>", [["plain <b>text</b>", {}]]],
    ["is nothing when empty", "", []],
    [
      "is cut where its colour changes",
      `a${ESC}31mb${ESC}0mc`,
      [
        ["a", {}],
        ["b", red],
        ["c", {}],
      ],
    ],
    ["takes an empty code for a reset", `${ESC}31m${ESC}mx`, [["x", {}]]],
    ["takes bright colours", `${ESC}91mx`, [["x", { colour: paletteColour(9) }]]],
    ["takes backgrounds", `${ESC}44;101mx`, [["x", { background: paletteColour(9) }]]],
    ["takes the 256 colours", `${ESC}38;5;208mx`, [["x", { colour: [255, 135, 0] }]]],
    ["takes the 24 greys", `${ESC}48;5;232mx`, [["x", { background: [8, 8, 8] }]]],
    ["takes any colour", `${ESC}38;2;1;2;300mx`, [["x", { colour: [1, 2, 255] }]]],
    [
      "takes any colour with colons",
      `${ESC}38:2::1:2:3;1mx`,
      [["x", { colour: [1, 2, 3], isBold: true }]],
    ],
    [
      "goes on after a colour of three parts",
      `${ESC}38;5;1;4mx`,
      [["x", { ...red, isUnderlined: true }]],
    ],
    [
      "ends one look and keeps the others",
      `${ESC}1;2;3;4;7;9;31;41mx${ESC}22;23;24;27;29;39;49my`,
      [
        [
          "x",
          {
            ...red,
            background: paletteColour(1),
            isBold: true,
            isFaint: true,
            isItalic: true,
            isUnderlined: true,
            isInverse: true,
            isStruck: true,
          },
        ],
        ["y", {}],
      ],
    ],
    [
      "leaves out what moves the cursor",
      `a${ESC}2K${ESC}1Gb`,
      [
        ["a", {}],
        ["b", {}],
      ],
    ],
    [
      "leaves out titles and links, not their text",
      "\u001b]0;title\u0007a\u001b]8;;http://x\u001b\\b",
      [
        ["a", {}],
        ["b", {}],
      ],
    ],
    ["leaves out an escape that never ends", "a\u001b]0;title", [["a", {}]]],
    ["leaves out a lone escape", "a\u001b", [["a", {}]]],
    ["keeps what a carriage return wrote last", "10 %\r50 %\r100 %\r", [["100 %", {}]]],
    [
      "names what cannot be seen",
      "a\u0000b\u202ec\u200bd\te",
      [["a\\u0000b\\u202ec\\u200bd\te", {}]],
    ],
    ["does not fail on codes without meaning", `${ESC}999;;38mx`, [["x", {}]]],
  ])("%s", (_what, line, pieces) => {
    expect(ansiPieces(line)).toEqual(pieces.map(([text, look]) => ({ text, look })));
  });

  it("is cut quickly, whatever it holds", () => {
    const began = performance.now();
    for (const part of ["\u001b]", "\u001b[", "\u001b[38;5;", "\u001bP;", "\r"]) {
      ansiPieces(part.repeat(50_000));
    }
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

test("a look becomes CSS, and the log's own colours need none", () => {
  expect(styleOf({})).toEqual({});
  expect(
    styleOf({
      colour: [240, 113, 120],
      isBold: true,
      isItalic: true,
      isUnderlined: true,
      isStruck: true,
    }),
  ).toEqual({
    color: "rgb(240, 113, 120)",
    fontWeight: "700",
    fontStyle: "italic",
    textDecoration: "underline line-through",
  });
  expect(styleOf({ isInverse: true })).toEqual({
    color: "rgb(19, 23, 29)",
    backgroundColor: "rgb(214, 219, 226)",
  });
});

test("every colour can be read on every other", () => {
  const codes = [...Array(256).keys()];
  const worst = codes.flatMap((on) =>
    codes.map((code) =>
      contrast(readable(paletteColour(code), paletteColour(on)), paletteColour(on)),
    ),
  );
  expect(Math.min(...worst)).toBeGreaterThanOrEqual(4.5);
});

test("a colour that can be read is left as it is", () => {
  expect(readable([240, 113, 120], paletteColour("paper"))).toEqual([240, 113, 120]);
});
