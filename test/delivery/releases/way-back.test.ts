import { describe, expect, it } from "vitest";
import { type Wish, wayBack } from "../../../delivery/releases/way-back.ts";
import type { StackState } from "../../../delivery/state/stack-state.ts";
import { imageOf, releaseOf } from "../releases.ts";

const [a, b, c] = ["a", "b", "c"].map((digit) => digit.repeat(40)) as [string, string, string];

/** A stack of two services on `b` that had `a` before. */
const good: StackState = {
  services: {
    api: { tried: imageOf(b), proven: releaseOf(b, { previous: a }) },
    web: { tried: imageOf(b), proven: releaseOf(b, { previous: a }) },
  },
  lastUpdate: { startTime: "1", failed: false },
  newest: "update 1 succeeded",
};
const failed: StackState = {
  ...good,
  services: { ...good.services, web: { ...good.services.web, tried: imageOf(c) } as never },
  lastUpdate: { startTime: "2", failed: true },
  newest: "update 2 failed",
};
const unproven: StackState = {
  services: { web: { tried: imageOf(c), proven: undefined } },
  lastUpdate: { startTime: "2", failed: true },
  newest: "update 2 failed",
};
const joined: StackState = {
  ...failed,
  services: { ...failed.services, ...{ jobs: { tried: imageOf(c), proven: undefined } } },
};

describe("the way back", () => {
  it.each<[what: string, state: StackState, wish: Wish, commits: Record<string, string>]>([
    ["the release before", good, {}, { api: a, web: a }],
    ["the release before, of one service", good, { service: "web" }, { api: b, web: a }],
    ["the last proven one after a failure", failed, {}, { api: b, web: b }],
    ["the commit asked for", failed, { to: a }, { api: a, web: a }],
    ["the commit asked for, of one service", failed, { to: a, service: "api" }, { api: a, web: b }],
    ["the commit asked for where none was proven", unproven, { to: a }, { web: a }],
    ["the proven ones, without the service that never was", joined, {}, { api: b, web: b }],
  ])("leads to %s", (_what, state, wish, commits) => {
    expect(wayBack("production", state, wish)).toEqual(commits);
  });

  it.each<[state: StackState, wish: Wish, words: string]>([
    [
      { ...good, services: {} },
      {},
      "stack production: nothing was delivered there yet; deliver with npm run deliver -- pulumi up --stack production",
    ],
    [
      good,
      { service: "db" },
      "--service db: stack production has no such service; use one of api, web",
    ],
    [unproven, {}, "web: no release was ever proven on production; name a commit with --to"],
    [
      { ...good, services: { web: { tried: imageOf(a), proven: releaseOf(a) } } },
      {},
      `web: no release before ${a} is known on production; name a commit with --to`,
    ],
  ])("is refused: %#", (state, wish, words) => {
    expect(() => wayBack("production", state, wish)).toThrow(words);
  });
});
