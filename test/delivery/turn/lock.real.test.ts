import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../infra/repository.ts";
import { until } from "../../rehearsal/until.ts";
import { engineProject } from "../engine-project.ts";

// Two deliveries at once on Pulumi's real engine, whose lock decides.

const [a, b] = ["a", "b"].map((digit) => digit.repeat(40)) as [string, string];
const up = ["pulumi", "up", "--stack", "production"];
const pipeline = (build: string) => ({
  CI: "true",
  BITBUCKET_WORKSPACE: "acme",
  BITBUCKET_REPO_SLUG: "slipway",
  BITBUCKET_BUILD_NUMBER: build,
});
const link = (build: string) => `https://bitbucket.org/acme/slipway/pipelines/results/${build}`;

/** A project in which the delivery of build 7 is under way, and how to let it go on. */
async function underWay() {
  const project = await engineProject();
  const hangs = join(temporaryFolder(), "hangs");
  const first = project.launch("deliver", up, { ...pipeline("7"), HEAD: a, HANGS: hangs });
  const group = await until(
    "the first delivery is under way",
    () => existsSync(hangs) && (readFileSync(hangs, "utf8") || undefined),
  );
  const tags = async (): Promise<unknown> =>
    JSON.parse((await project.pulumi("stack", "tag", "ls", "--json", ...up.slice(2))).stdout);
  const program = Number(group);
  return { ...project, first, program, tags, goOn: () => rmSync(hangs) };
}

it("the second waits, says for which pipeline, and then delivers", async () => {
  const { first, launch, goOn, tags, released, pulumi } = await underWay();
  const second = launch("deliver", up, { ...pipeline("8"), HEAD: b });
  await second.said(/waiting up to 600 s/);
  expect(await tags()).toMatchObject({ "slipway:delivery:7": link("7") });
  goOn();
  const [one, other] = await Promise.all([first.ended, second.ended]);
  expect([one.code, one.stderr, other.code, other.stderr]).toEqual([
    0,
    "",
    0,
    `  stack production: locked by ${link("7")}; waiting up to 600 s for it\n`,
  ]);
  expect(await released()).toBe(b);
  expect(await tags()).toEqual({});
  const { stdout } = await pulumi("stack", "export", ...up.slice(2));
  const { deployment } = JSON.parse(stdout) as { deployment: { pending_operations?: unknown[] } };
  expect(deployment.pending_operations ?? []).toEqual([]);
});

it("without patience it stops with the words of the lock and the link, and leaves the first alone", async () => {
  const { first, run, goOn, tags, released } = await underWay();
  const env = { ...pipeline("8"), HEAD: b, SLIPWAY_LOCK_WAIT: "0" };
  const { code, stderr } = await run("deliver", up, env);
  expect(code).not.toBe(0);
  expect(stderr.split("\n")).toEqual([
    expect.stringMatching(/^error: the stack is currently locked by 1 lock\(s\)\. /),
    expect.stringMatching(/^ {2}file:.*: created by \S+@\S+ \(pid \d+\) at /),
    `  stack production: is locked by ${link("7")}; nothing was changed. Deliver again when that has ended; only if it is dead, pulumi cancel --stack production takes the lock away`,
    "",
  ]);
  expect(await tags()).toEqual({ "slipway:delivery:7": link("7") });
  goOn();
  expect((await first.ended).code).toBe(0);
  expect(await released()).toBe(a);
});

it("a signal ends the wait at once", async () => {
  const { first, launch, goOn } = await underWay();
  const second = launch("rollback", ["--stack", "production", "--to", b], { HEAD: b });
  await second.said(/waiting up to 600 s/);
  second.signal("SIGTERM");
  const { code, stderr } = await second.ended;
  expect([code, stderr.split("\n").slice(-2)]).toEqual([
    143,
    ["  stack production: gave up waiting; nothing was changed", ""],
  ]);
  await second.gone();
  goOn();
  expect((await first.ended).code).toBe(0);
});

it("who takes over from a dead pipeline takes its link away", async () => {
  const { first, program, run, tags, pulumi, released } = await underWay();
  first.signal("SIGKILL");
  await first.gone();
  // The program has a group of its own, in which it would go on without an engine.
  process.kill(-program, "SIGKILL");
  const locked = await run("deliver", up, { ...pipeline("8"), HEAD: b, SLIPWAY_LOCK_WAIT: "0" });
  expect(locked.stderr).toContain(`is locked by ${link("7")}; nothing was changed`);
  expect((await pulumi("cancel", "--yes", ...up.slice(2))).code).toBe(0);
  expect((await run("deliver", up, { ...pipeline("8"), HEAD: b })).code).toBe(0);
  expect([await released(), await tags()]).toEqual([b, {}]);
});
