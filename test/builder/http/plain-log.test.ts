import { expect, test } from "vitest";
import { harmless } from "../../../builder/http/plain-log.ts";

test.each([
  ["plain text with ümlauts and 漢字", "plain text with ümlauts and 漢字"],
  ["a\ttab", "a\ttab"],
  ["\u001b[1;31mred\u001b[0m", "\u001b[1;31mred\u001b[0m"],
  ["\u001b[38:2::1:2:3mtrue\u001b[m", "\u001b[38:2::1:2:3mtrue\u001b[m"],
  ["move\u001b[2Jme\u001b[1;1H", "moveme"],
  ["title\u001b]0;evil\u0007s", "titles"],
  ["link\u001b]8;;http://x\u001b\\s", "links"],
  ["ask\u001b[6n\u001b[c\u001bZ", "ask"],
  ["one byte\u009b2J \u009d0;x\u009c.", "one byte ."],
  ["reset\u001bc\u001b(0.", "reset."],
  ["over\rwritten\b\u0007\u0000", "overwritten"],
  ["cut\u001b", "cut"],
  ["cut\u001b[31", "cut"],
])("%j is shown as %j", (text, shown) => {
  expect(harmless(text)).toBe(shown);
});

test("a hostile line as long as lines may be takes no time", () => {
  const begin = performance.now();
  for (const piece of ["\u001b]", "\u001b[", "\u001b[0;", "\u001bP\u001b", "\u009d", "\u001b[0"]) {
    expect(harmless(piece.repeat(2 ** 16 / piece.length))).not.toContain("\u001b");
  }
  expect(performance.now() - begin).toBeLessThan(10_000);
});
