import { describe, expect, it } from "vitest";
import { byDifference, byRatio } from "../../bench/comparison.ts";

describe("byRatio", () => {
  it("takes the median of the rounds' ratios and not the ratio of the medians", () => {
    expect(byRatio("up : by hand", 1.2, [1, 10, 3], [1, 5, 2])).toEqual({
      what: "up : by hand",
      unit: "seconds",
      ours: { median: 3, min: 1, max: 10 },
      peer: { median: 2, min: 1, max: 5 },
      compared: { median: 1.5, min: 1, max: 2 },
      limit: 1.2,
      ok: false,
    });
  });

  it.each([
    { ours: 1.3, ok: true },
    { ours: 1.31, ok: false },
  ])("a ratio of $ours within a limit of 1.3: $ok", ({ ours, ok }) => {
    expect(byRatio("preview", 1.3, [ours], [1]).ok).toBe(ok);
  });
});

describe("byDifference", () => {
  it("subtracts the peer's size", () => {
    expect(byDifference("image : base", 25e6, 210e6, 190e6)).toEqual({
      what: "image : base",
      unit: "bytes",
      ours: { median: 210e6, min: 210e6, max: 210e6 },
      peer: { median: 190e6, min: 190e6, max: 190e6 },
      compared: { median: 20e6, min: 20e6, max: 20e6 },
      limit: 25e6,
      ok: true,
    });
  });
});
