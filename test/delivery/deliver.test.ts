import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { commitAll, git, write } from "../infra/repository.ts";
import { deliver, fakeProject, leastService } from "./fake-pulumi.ts";
import { imageOf } from "./releases.ts";

const [a, b, c] = ["a", "b", "c"].map((digit) => digit.repeat(40)) as [string, string, string];
const up = ["pulumi", "up", "--stack", "production"];

/** A project whose stack `production` has the release `a` proven. */
function delivered() {
  const project = fakeProject();
  project.change((world) => deliver(world, [a]));
  return project;
}

vi.setConfig({ testTimeout: 60_000 });

describe("deliver", () => {
  it("runs that very command, without questions where there is no terminal", async () => {
    const project = delivered();
    const args = ["up", "--stack=production", "--diff", "-c", "slipway:allowDirty=true"];
    const { code } = await project.run("deliver", ["pulumi", ...args]);
    expect(code).toBe(0);
    expect(project.calls()).toEqual([
      expect.objectContaining({
        args,
        folder: project.folder,
        env: { PULUMI_SKIP_CONFIRMATIONS: "true", SLIPWAY_TAGS: "latest" },
      }),
    ]);
  });

  it.each([
    [
      "a pipeline of main",
      { BITBUCKET_COMMIT: a, BITBUCKET_BRANCH: "main", BITBUCKET_BUILD_NUMBER: "7" },
      "latest,build-7",
    ],
    [
      "a pipeline of a branch",
      { GITHUB_SHA: a, GITHUB_REF_TYPE: "branch", GITHUB_REF_NAME: "x", GITHUB_RUN_NUMBER: "8" },
      "build-8",
    ],
    ["tags of the user's own", { SLIPWAY_TAGS: "stable,latest" }, "stable,latest"],
  ])("names the moving tags of %s", async (_what, env, tags) => {
    const project = fakeProject();
    await project.run("deliver", up, env);
    expect(project.calls().map((call) => call.env.SLIPWAY_TAGS)).toEqual([tags]);
  });

  it("hands stored keys on under the names that tools know", async () => {
    const project = fakeProject();
    const key = Buffer.from('{"type":"service_account"}').toString("base64");
    await project.run("deliver", up, { GCP_SERVICE_KEY: key, AWS_DEFAULT_REGION: "eu-west-1" });
    const [call] = project.calls();
    expect(call?.env).toMatchObject({
      GOOGLE_CREDENTIALS: '{"type":"service_account"}',
      AWS_REGION: "eu-west-1",
    });
  });

  it.each([
    ["in a pipeline of Bitbucket", "BITBUCKET_BUILD_NUMBER", 1],
    ["in a run of GitHub", "GITHUB_RUN_ID", 1],
    ["on a laptop, whose user knows what is checked out, never", "UNRELATED", 0],
  ])("refuses what is in the past of what runs: %s", async (_, variable, code) => {
    const project = fakeProject();
    const older = commitAll(project.folder);
    write(project.folder, { "app/main.py": "newer" });
    const newer = commitAll(project.folder);
    project.change((world) => deliver(world, [newer]));
    git(project.folder, "checkout", "--quiet", older);
    const ran = await project.run("deliver", up, { [variable]: "7" });
    expect({ code: ran.code, ups: project.calls().length }).toEqual({ code, ups: 1 - code });
    const refusal = `web: production runs ${newer}, a newer commit than ${older}, so there is nothing to deliver; to go back, run npm run rollback -- --stack production --to ${older}`;
    expect(ran.stderr.includes(refusal)).toBe(code === 1);
  });

  it("goes forward in a pipeline, and over a commit that the checkout does not hold", async () => {
    for (const running of [a, "older"]) {
      const project = fakeProject();
      project.change((world) => deliver(world, [running === a ? a : project.hash]));
      write(project.folder, { "app/main.py": "newer" });
      commitAll(project.folder);
      const { code } = await project.run("deliver", up, { BITBUCKET_BUILD_NUMBER: "7" });
      expect({ code, ups: project.calls().length }).toEqual({ code: 0, ups: 1 });
    }
  });

  it("takes the stack that is selected when none is named", async () => {
    const project = fakeProject();
    project.change((world) => {
      world.selected = "production";
    });
    const { code } = await project.run("deliver", ["pulumi", "up"]);
    expect({ code, args: project.calls().map(({ args }) => args) }).toEqual({
      code: 0,
      args: [["up"]],
    });
  });

  it("brings the last proven release back, says both images and ends with the command's code", async () => {
    const project = delivered();
    const before = git(project.folder, "status", "--porcelain");
    project.change((world) => {
      world.head = b;
      world.broken = [b];
    });
    const { code, stdout, stderr } = await project.run("deliver", up);
    expect(code).toBe(255);
    expect(stdout).toBe("");
    expect(stderr.split("\n")).toEqual([
      `  web: failed ${imageOf(b)}`,
      "  stack production: bringing the last proven release back",
      `  web: restored ${imageOf(a)}, which is ${a}`,
      "",
    ]);
    const back = project.calls().at(-1);
    expect(back?.args).toEqual([
      "up",
      "--yes",
      "--skip-preview",
      "--stack",
      "production",
      "--config-file",
      back?.configFile,
    ]);
    expect(back?.config).toEqual({
      "slipway:services": { web: leastService },
      "slipway:release": { web: a },
    });
    expect(back?.mode).toBe("700");
    expect(git(project.folder, "status", "--porcelain")).toBe(before);
    expect(existsSync(dirname(back?.configFile ?? ""))).toBe(false);
  });

  it("copies the stack file that the user has named", async () => {
    const project = delivered();
    project.configure("other", {
      "slipway:allowDirty": true,
      "slipway:services": { web: leastService },
    });
    project.change((world) => {
      world.head = b;
      world.broken = [b];
    });
    await project.run("deliver", [...up, "--config-file", "Pulumi.other.yaml"]);
    expect(project.calls().at(-1)?.config).toEqual({
      "slipway:allowDirty": true,
      "slipway:services": { web: leastService },
      "slipway:release": { web: a },
    });
  });

  it("tries again what failed before, and only that", async () => {
    const project = fakeProject();
    project.change((world) => {
      world.broken = [world.head];
    });
    await project.run("deliver", up);
    await project.run("deliver", up);
    project.change((world) => {
      world.broken = [];
    });
    await project.run("deliver", up);
    await project.run("deliver", up);
    expect(project.calls().map(({ env }) => env.SLIPWAY_RETRY)).toEqual([
      undefined,
      "on",
      "on",
      undefined,
    ]);
  });

  it("says so when nothing was ever proven", async () => {
    const project = fakeProject();
    project.change((world) => {
      world.broken = [world.head];
    });
    const { code, stderr } = await project.run("deliver", up);
    expect({ code, stderr }).toEqual({
      code: 255,
      stderr:
        "  stack production: no release was ever proven there, so none can be brought back; mend what failed, and deliver again\n",
    });
    expect(project.calls()).toHaveLength(1);
  });

  it("leaves the release alone when no other image was put in its place", async () => {
    const project = delivered();
    project.change((world) => {
      world.head = b;
      world.unbuildable = [b];
    });
    const { code, stderr } = await project.run("deliver", up);
    expect({ code, stderr }).toEqual({
      code: 255,
      stderr:
        "  stack production: no other image took a release's place; mend what failed, and deliver again\n",
    });
    expect(project.calls()).toHaveLength(1);
  });

  it("touches nothing when the command itself changed nothing", async () => {
    const project = delivered();
    project.change((world) => {
      world.stacks.production = { ...world.stacks.production, tried: { web: imageOf(b) } } as never;
      world.refusesWith = 3;
    });
    const { code, stderr } = await project.run("deliver", up);
    expect({ code, stderr }).toEqual({
      code: 3,
      stderr:
        "  stack production: nothing was changed now, but what was tried before is not proven; npm run rollback -- --stack production goes back\n",
    });
    expect(project.calls()).toHaveLength(1);
  });

  it("says loudly when the last proven release cannot be brought back", async () => {
    const project = delivered();
    project.change((world) => {
      world.head = b;
      world.broken = [a, b];
    });
    const { code, stderr } = await project.run("deliver", up);
    expect(code).toBe(255);
    expect(stderr.split("\n").slice(2)).toEqual([
      "  stack production: the last proven release could NOT be brought back (exit code 255), so the stack may be down; mend what failed above, then npm run rollback -- --stack production",
      "",
    ]);
  });

  it("brings all services back that were proven, and takes out the one that never was", async () => {
    const project = fakeProject();
    const web = leastService;
    const api = { ...leastService, target: { kind: "docker", port: 8001 } };
    const jobs = { ...leastService, target: { kind: "docker", port: 8002 } };
    project.configure("production", { "slipway:services": { web, api } });
    project.change((world) => {
      world.head = a;
    });
    await project.run("deliver", up);
    project.configure("production", { "slipway:services": { web, api, jobs } });
    project.change((world) => {
      world.head = c;
      world.broken = [c];
    });
    const { stderr } = await project.run("deliver", up);
    expect(project.calls().at(-1)?.config).toEqual({
      "slipway:services": { web, api },
      "slipway:release": { web: a, api: a },
    });
    expect(stderr.split("\n").slice(-4)).toEqual([
      `  api: restored ${imageOf(a, "api")}, which is ${a}`,
      "  jobs: was never proven, and is taken out until it is delivered again",
      `  web: restored ${imageOf(a)}, which is ${a}`,
      "",
    ]);
  });

  it("refuses what makes no release", async () => {
    const project = fakeProject();
    const { code, stderr } = await project.run("deliver", ["pulumi", "destroy"]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        "  deliver: pulumi destroy makes no release; run it by itself, or npm run deliver -- pulumi up --stack STACK\n",
    });
    expect(project.calls("destroy")).toEqual([]);
  });
});
