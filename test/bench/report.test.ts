import { expect, it } from "vitest";
import { byDifference, byRatio } from "../../bench/comparison.ts";
import { asText, overLimit, reportOf } from "../../bench/report.ts";
import { table } from "../../bench/table.ts";

const circumstances = { node: "v24.21.0", engine: "29.0.1", pulumi: "v3.259.0", rounds: 7 };
const good = byRatio("preview : an empty program", 1.3, [1.2], [1]);
const slow = byRatio("up : by hand", 1.2, [12.5], [10]);
const big = byDifference("image : base", 25e6, 216e6, 190e6);

it("is one JSON object with the circumstances and every comparison", () => {
  const comparison = {
    what: "preview : an empty program",
    unit: "seconds",
    ours: { median: 1.2, min: 1.2, max: 1.2 },
    peer: { median: 1, min: 1, max: 1 },
    compared: { median: 1.2, min: 1.2, max: 1.2 },
    limit: 1.3,
    ok: true,
  };
  expect(JSON.parse(JSON.stringify(reportOf(circumstances, [good])))).toEqual({
    node: "v24.21.0",
    engine: "29.0.1",
    pulumi: "v3.259.0",
    rounds: 7,
    provider: "stand-in",
    compileCache: "shared by both sides",
    comparisons: [comparison],
  });
});

it("says for people what both sides had in common, above the table", () => {
  expect(asText(reportOf(circumstances, [good, slow]))).toBe(
    [
      "Node.js v24.21.0, Docker engine 29.0.1, Pulumi v3.259.0; on both sides of every line the same Node.js, engine,",
      "attached stand-in providers and NODE_COMPILE_CACHE. Medians of 7 rounds, both sides in turn; ratios round by round.",
      "",
      table([good, slow]),
      "",
    ].join("\n"),
  );
});

it("names each line that is over its limit, and no other", () => {
  expect(overLimit([good, slow, big])).toEqual([
    "up : by hand: 1.25 is over the limit of 1.2; run it on a quiet machine, else find what became slower",
    "image : base: 26.00 MB is over the limit of 25 MB; run it on a quiet machine, else find what became slower",
  ]);
});
