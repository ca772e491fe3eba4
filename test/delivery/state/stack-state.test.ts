import { describe, expect, it } from "vitest";
import {
  didLastFail,
  newestOf,
  noState,
  provenReleases,
  readStackState,
} from "../../../delivery/state/stack-state.ts";
import { imageOf, releaseOf } from "../releases.ts";

const [a, b] = ["a".repeat(40), "b".repeat(40)];
const good = { kind: "update", startTime: "1", result: "succeeded", config: {} };

function exported(outputs: object, tried: Readonly<Record<string, string>>): string {
  const services = Object.entries(tried).map(([name, image]) => ({
    urn: `urn:pulumi:production::slipway::slipway:index:Service::${name}`,
    type: "slipway:index:Service",
    outputs: { image, attempt: 2 },
  }));
  const stack = {
    urn: "urn:pulumi:production::slipway::pulumi:pulumi:Stack::s",
    type: "pulumi:pulumi:Stack",
    outputs,
  };
  const other = { urn: "urn:x::y::a:b:C::web", type: "a:b:C" };
  return JSON.stringify({ version: 3, deployment: { resources: [stack, other, ...services] } });
}

describe("the state of a stack", () => {
  it("tells what was tried and what was proven, service by service", () => {
    const outputs = { web: releaseOf(a, { previous: b }), zone: "eu", api: { secret: "[secret]" } };
    const state = readStackState(
      exported(outputs, { web: imageOf(b), api: imageOf(b, "api") }),
      JSON.stringify([good]),
    );
    expect(state).toEqual({
      services: {
        api: { tried: imageOf(b, "api"), proven: undefined },
        web: { tried: imageOf(b), proven: releaseOf(a, { previous: b }) },
      },
      lastUpdate: { startTime: "1", failed: false },
      newest: "update 1 succeeded",
    });
    expect(Object.keys(provenReleases(state))).toEqual(["web"]);
  });

  it.each<[what: string, tried: string, history: object[], failed: boolean]>([
    ["the proven image was tried last", a, [good], false],
    ["another image was tried last", b, [good], true],
    ["the last update failed on the proven image", a, [{ ...good, result: "failed" }, good], true],
    [
      "a refresh failed after a good update",
      a,
      [{ ...good, kind: "refresh", result: "failed" }, good],
      false,
    ],
    ["an update is still under way", a, [{ ...good, result: "in-progress" }], true],
  ])("says whether the last try failed when %s", (_what, tried, history, failed) => {
    const text = exported({ web: releaseOf(a) }, { web: imageOf(tried) });
    expect(didLastFail(readStackState(text, JSON.stringify(history)))).toBe(failed);
  });

  it.each<[what: string, history: object[], newest: string | undefined]>([
    ["an update", [good], "update 1 succeeded"],
    [
      "a refresh after it",
      [{ kind: "refresh", startTime: "2", result: "succeeded" }, good],
      "refresh 2 succeeded",
    ],
    ["an update that is under way", [{ ...good, result: "in-progress" }], "update 1 in-progress"],
    ["no preview", [{ ...good, kind: "preview", startTime: "3" }, good], "update 1 succeeded"],
    ["nothing", [], undefined],
  ])("names the newest entry of a history: %s", (_what, history, newest) => {
    expect(newestOf(JSON.stringify(history))).toBe(newest);
  });

  it.each([
    ['{"version":3,"deployment":null}', "null"],
    ['{"version":3,"deployment":{"manifest":{}}}', "[]"],
    ['{"version":3,"deployment":{"resources":null}}', ""],
  ])("is empty before the first update: %s, %j", (text, history) => {
    expect(readStackState(text, history)).toEqual(noState);
  });

  it("is refused in a form that is unknown, without a word of what it holds", () => {
    expect(() => readStackState('{"deployment":"canary"}', "[]")).toThrow(
      /^pulumi stack export: its answer is of an unknown form; use a Pulumi CLI that this checkout knows$/,
    );
  });
});
