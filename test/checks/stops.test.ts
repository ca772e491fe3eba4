import { expect, test } from "vitest";
import { stops } from "../../checks/stops.ts";

const checks = [{ name: "black" }, { name: "isort" }, { name: "actionlint" }];
const skipped = "skipped, which a pipeline must not: actionlint; see above what it lacks";

test.each([
  ["nothing is wrong", ["passed", "passed", "passed"], true, undefined],
  ["checks failed", ["failed", "failed", "passed"], false, "failed: black, isort"],
  ["a machine lacks a tool", ["passed", "passed", "skipped"], false, undefined],
  ["a pipeline lacks a tool", ["passed", "passed", "skipped"], true, skipped],
  ["both", ["passed", "failed", "skipped"], true, `failed: isort; ${skipped}`],
] as const)("where %s", (_what, outcomes, isPipeline, sentence) => {
  expect(stops(checks, outcomes, isPipeline)).toBe(sentence);
});
