import { expect, it } from "vitest";
import { byDifference, byRatio } from "../../bench/comparison.ts";
import { table } from "../../bench/table.ts";

it("lays durations and sizes out in columns, with the verdict last", () => {
  const comparisons = [
    byRatio("preview : an empty program", 1.3, [1.1, 1.2, 1.26], [1, 1, 1.05]),
    byRatio("up : by hand", 1.2, [12.5], [10]),
    byDifference("image : base", 25e6, 207.2e6, 189.6e6),
  ];
  expect(table(comparisons).split("\n")).toEqual([
    "what                            ours      peer     ratio    min–max     limit",
    "preview : an empty program    1.20 s    1.00 s      1.20  1.10–1.20       1.3    ok",
    "up : by hand                 12.50 s   10.00 s      1.25  1.25–1.25       1.2  over",
    "image : base                207.2 MB  189.6 MB  +17.6 MB             +25.0 MB    ok",
  ]);
});

it("shows an image that is smaller than its base without a plus sign", () => {
  const [, row] = table([byDifference("image", 25e6, 100e6, 101.5e6)]).split("\n");
  expect(row).toBe("image  100.0 MB  101.5 MB  -1.5 MB           +25.0 MB  ok");
});
