import { describe, expect, it } from "vitest";
import { pairwise, spreadOf } from "../../bench/statistics.ts";

describe("spreadOf", () => {
  it.each([
    { of: "one value", values: [2], median: 2, min: 2, max: 2 },
    { of: "an odd number of values", values: [9, 1, 4], median: 4, min: 1, max: 9 },
    { of: "an even number of values", values: [8, 1, 2, 4], median: 3, min: 1, max: 8 },
    {
      of: "values that text would order otherwise",
      values: [10, 9, 100],
      median: 10,
      min: 9,
      max: 100,
    },
    { of: "negative values", values: [-3, -1, -2], median: -2, min: -3, max: -1 },
    { of: "equal values", values: [1, 1, 1, 1], median: 1, min: 1, max: 1 },
  ])("finds the middle and the ends of $of", ({ values, median, min, max }) => {
    expect(spreadOf(values)).toEqual({ median, min, max });
  });

  it("leaves the values in the order in which they were taken", () => {
    const values = [3, 1, 2];
    spreadOf(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it("refuses to make something of no values", () => {
    expect(() => spreadOf([])).toThrow(new RangeError("spread: there are no measurements"));
  });
});

describe("pairwise", () => {
  it("combines what was taken in the same round", () => {
    expect(pairwise([2, 9, 4], [1, 3, 8], (ours, peer) => ours / peer)).toEqual([2, 3, 0.5]);
  });

  it("refuses sides of which one was measured more often", () => {
    expect(() => pairwise([1, 2], [1], (ours) => ours)).toThrow(
      new RangeError("pairs: 2 measurements have 1 on the other side"),
    );
  });
});
