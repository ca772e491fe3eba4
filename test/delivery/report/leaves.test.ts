import { describe, expect, it } from "vitest";
import { insightsOf } from "../../../delivery/report/insights.ts";
import { leavesOf } from "../../../delivery/report/leaves.ts";
import { reportFor, step } from "./plans.ts";

/** A list in a list in a list. */
function nested(depth: number, inner: unknown): unknown {
  let value = inner;
  for (let at = 0; at < depth; at++) value = [value];
  return value;
}

const shown = (properties: Record<string, unknown>) =>
  [...leavesOf(properties).values()].map((leaf) => leaf.shown);

describe("the values of a resource", () => {
  it("are found to a depth of 100, and not shown below that", () => {
    expect([shown({ x: nested(98, "in") }), shown({ x: nested(120, { password: "in" }) })]).toEqual(
      [['"in"'], ["(nested more than 100 deep)"]],
    );
  });

  it.each<[string, unknown]>([
    ["JSON in a text", `${"[".repeat(60_000)}1${"]".repeat(60_000)}`],
    ["lists", nested(60_000, 1)],
    ["objects in a text", `${'{"a":'.repeat(60_000)}1${"}".repeat(60_000)}`],
  ])("cannot exhaust the stack: %s", (_how, value) => {
    expect(shown({ x: value })).toEqual(["(nested more than 100 deep)"]);
  });

  it("are told whatever they are called, but for what a provider notes for itself", () => {
    const labels = { __evil: "yes", __defaults: ["project"] };
    expect([...leavesOf({ labels }).keys()]).toEqual(["labels.__evil"]);
  });
});

it("what is held back stays critical when its URN is masked", () => {
  const [path, token] = ["gcp:storage/bucket:Bucket", "t0ken-of-the-tests"];
  const report = reportFor([step("delete", path, token, { before: {} })], {
    env: { GITHUB_TOKEN: token },
  });
  expect(insightsOf(report).annotations.map(({ severity }) => severity)).toEqual(["CRITICAL"]);
});
