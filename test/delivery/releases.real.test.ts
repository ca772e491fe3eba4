import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Release } from "../../infra/release.ts";
import { openCloud } from "../../rehearsal/cloud/cloud.ts";
import { routeOf } from "../../rehearsal/cloud/routes.ts";
import type { Ran } from "../../setup/run.ts";
import { type CloudCheckout, prepareCloudCheckout } from "../rehearsal/cloud-checkout.ts";
import { served } from "../rehearsal/served.ts";

// Whole deliveries, rollbacks and promotions on rehearsed clouds: the commands as people type them.

let at: CloudCheckout;
let good: string;
let source: string;

beforeAll(async () => {
  at = await prepareCloudCheckout();
  good = at.head();
  at.edit("app/src/main.py", (text) => {
    source = text;
    return text;
  });
});
afterAll(async () => {
  await at?.takeDown("dev", "staging", "production");
  await at?.clear();
});

const deliver = (stack: string): Promise<Ran> =>
  at.played(["npm", "run", "--silent", "deliver", "--", "pulumi", "up", "--stack", stack]);
const up = (stack: string): Promise<Ran> =>
  at.played(["pulumi", "up", "--yes", "--skip-preview", "--stack", stack]);
const rollback = (...flags: string[]): Promise<Ran> =>
  at.played(["npm", "run", "--silent", "rollback", "--", ...flags]);
const promote = (...flags: string[]): Promise<Ran> =>
  at.played(["npm", "run", "--silent", "promote", "--", ...flags]);

/** The last proven release of a stack. */
async function proven(stack: string): Promise<Release> {
  const { stdout } = await at.played(["pulumi", "stack", "output", "--json", "--stack", stack]);
  return (JSON.parse(stdout) as { web: Release }).web;
}

/** What the URL of a release serves now. */
async function servedAt({ url }: Release) {
  const route = routeOf(openCloud(join(at.folder, ".slipway", "cloud")), new URL(url).host);
  return served(`http://127.0.0.1:${route?.port}`);
}

/** Commits a change of the app. */
function release(message: string, change: (text: string) => string): string {
  at.edit("app/src/main.py", () => change(source));
  return at.commit(message);
}

const crashes = (text: string): string => `raise SystemExit("no database")\n${text}`;
const servesAnother = (text: string): string =>
  text.replace("jsonify(commit=commit,", 'jsonify(commit="f" * 40,');

describe("releases on Cloud Run", { timeout: 600_000 }, () => {
  test("a good one is followed by two broken ones, rollback gives the good one, and every tag still pulls", async () => {
    expect((await deliver("staging")).code).toBe(0);
    const first = await proven("staging");
    expect(first).toMatchObject({ commit: good, servedCommit: good });

    const broken = [release("B crashes", crashes)];
    const crashed = await up("staging");
    expect(crashed.code).not.toBe(0);
    expect(await servedAt(first)).toStrictEqual({ commit: good, branch: "main" });

    broken.push(release("C crashes too", (text) => `${crashes(text)}# again\n`));
    expect((await up("staging")).code).not.toBe(0);
    // The same program again is no change for the provider; only the proof knows.
    expect((await up("staging")).code).not.toBe(0);
    expect(await servedAt(first)).toStrictEqual({ commit: good, branch: "main" });

    const back = await rollback("--stack", "staging");
    expect([back.code, back.stderr]).toEqual([0, expect.stringContaining(good)]);
    expect(await servedAt(first)).toStrictEqual({ commit: good, branch: "main" });
    const path = "gcr.io/slipway-staging/web";
    const held = [good, ...broken].map((tag) => at.registry.digestOf(tag, path));
    expect(await Promise.all(held)).toEqual(held.map(() => expect.stringMatching(/^sha256:/)));
  });

  test("one that serves another commit is not left running: the good one is brought back, and the exit code is the failure's", async () => {
    const bad = release("D serves another commit", servesAnother);
    const ran = await deliver("staging");
    expect(ran.code).not.toBe(0);
    expect(ran.stderr).toMatch(/web: failed gcr\.io\/slipway-staging\/web@sha256:[0-9a-f]{64}/);
    expect(ran.stderr).toMatch(/web: restored gcr\.io\/slipway-staging\/web@sha256:[0-9a-f]{64}/);
    const after = await proven("staging");
    expect(after.commit).toBe(good);
    expect(await servedAt(after)).toStrictEqual({ commit: good, branch: "main" });
    expect(bad).not.toBe(good);
  });
});

describe("releases on the Docker engine", { timeout: 600_000 }, () => {
  const breaks: readonly (readonly [how: string, change: (text: string) => string])[] = [
    ["crashes", crashes],
    ["serves another commit", servesAnother],
    ["needs more memory than it may have", (text) => `blob = bytearray(1 << 30)\n${text}`],
  ];

  test("the last proven one is brought back when its successor crashes, lies or needs too much", async () => {
    const commit = release("F is good", (text) => `${text}# on docker\n`);
    expect((await deliver("dev")).code).toBe(0);
    for (const [how, change] of breaks) {
      release(`G ${how}`, change);
      const ran = await deliver("dev");
      expect(ran.code).not.toBe(0);
      expect(ran.stderr).toContain("web: restored ");
      const after = await proven("dev");
      expect(after.commit).toBe(commit);
      expect(await served(after.url)).toStrictEqual({ commit, branch: "main" });
    }
  });
});

describe("a promotion", { timeout: 600_000 }, () => {
  test("takes the very digest to the other registry, builds nothing, and goes back only when it is told to", async () => {
    expect((await at.played(["pulumi", "stack", "init", "production"])).code).toBe(0);
    const ran = await promote("--from", "staging", "--to", "production");
    expect([ran.code, ran.stderr]).toEqual([0, expect.any(String)]);
    const from = await proven("staging");
    const to = await proven("production");
    expect(to.image.split("@")[1]).toBe(from.image.split("@")[1]);
    expect(to).toMatchObject({ commit: good, servedCommit: good });
    expect(await servedAt(to)).toStrictEqual({ commit: good, branch: "main" });
    expect(ran.stdout).not.toContain("docker:index:Image");

    const next = release("E is good", (text) => `${text}# next\n`);
    expect((await deliver("staging")).code).toBe(0);
    expect((await promote("--from", "staging", "--to", "production")).code).toBe(0);
    expect(await proven("production")).toMatchObject({ commit: next, previous: good });

    expect((await rollback("--stack", "staging", "--to", good)).code).toBe(0);
    const refused = await promote("--from", "staging", "--to", "production");
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining("--back")]);
    expect((await proven("production")).commit).toBe(next);
    expect((await promote("--from", "staging", "--to", "production", "--back")).code).toBe(0);
    expect(await servedAt(await proven("production"))).toStrictEqual({
      commit: good,
      branch: "main",
    });
  });
});
