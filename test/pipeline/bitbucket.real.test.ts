import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Ran } from "../../setup/run.ts";
import { type CloudCheckout, prepareCloudCheckout } from "../rehearsal/cloud-checkout.ts";

// The pipelines themselves, run on this machine by bb-run. It knows neither triggers nor environments, and gives every step
// the same variables. Left out are `Rehearsals`, which runs this very file, and `Unit tests`, which have just run beside it.

let at: CloudCheckout;

beforeAll(async () => {
  at = await prepareCloudCheckout();
  expect((await at.played(["pulumi", "stack", "init", "production"])).code).toBe(0);
});
afterAll(async () => {
  await at?.takeDown("staging", "production");
  await at?.clear();
});

/** Runs steps of a pipeline as a push of a branch would. */
async function push(
  target: string,
  branch: string,
  steps: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const command = "npm run --silent tool -- bb-run --mode host --no-cache --color never".split(" ");
  const chosen = steps.flatMap((name) => ["--step", name]);
  const given = Object.entries(variables).flatMap((pair) => ["--variables", pair.join("=")]);
  return at.played([
    ...[...command, "--repo", at.folder, "--target", target, "--branch", branch],
    ...[...chosen, ...given],
  ]);
}

/** A failure shows what the steps have said. */
function expectPassed({ code, stdout, stderr }: Ran): void {
  if (code !== 0) throw new Error(`the pipeline ended with ${code}:\n${stdout}\n${stderr}`);
  expect(stdout).toContain("Pipeline passed");
}

/** What the history of a rehearsed stack counts: its updates, newest first, by their results. */
async function updates(stack: string): Promise<string[]> {
  const { code, stdout } = await at.played([
    "pulumi",
    "stack",
    "history",
    "--json",
    "--stack",
    stack,
  ]);
  const history = code === 0 ? (JSON.parse(stdout) as { kind: string; result: string }[]) : [];
  return history.filter(({ kind }) => kind === "update").map(({ result }) => result);
}

describe("a push", { timeout: 900_000 }, () => {
  test("of a feature branch checks it and shows both diffs, and changes nothing", async () => {
    const checks = ["Lint", "Scan", "Attack the running app"];
    const ran = await push("default", "feature/x", [
      ...checks,
      "Preview staging",
      "Preview production",
    ]);
    expectPassed(ran);
    expect(await updates("staging")).toEqual([]);
    expect(await updates("production")).toEqual([]);
  });

  test("of main releases to staging, publishes the digest, and production takes it", async () => {
    const head = at.head();
    const ran = await push(
      "branches.main",
      "main",
      ["Lint", "Release to staging", "Promote to production"],
      { BITBUCKET_BUILD_NUMBER: "7" },
    );
    expectPassed(ran);
    const staging = await at.proven("staging");
    const production = await at.proven("production");
    for (const release of [staging, production]) {
      expect(release).toMatchObject({ commit: head, servedCommit: head });
      expect(await at.servedAt(release)).toStrictEqual({ commit: head, branch: "main" });
    }
    const [, digest] = staging.image.split("@");
    expect(production.image).toBe(`docker.io/slipway/web@${digest}`);
    const tags = [head, "build-7", "latest", "live-production"];
    const held = tags.map((tag) => at.registry.digestOf(tag, "docker.io/slipway/web"));
    expect(await Promise.all(held)).toEqual(tags.map(() => digest));
    expect(await updates("staging")).toEqual(["succeeded"]);
    expect(await updates("production")).toEqual(["succeeded"]);
  });
});
