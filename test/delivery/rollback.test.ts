import { describe, expect, it, vi } from "vitest";
import { commitAll } from "../infra/repository.ts";
import { deliver, fakeProject, leastService } from "./fake-pulumi.ts";
import { imageOf } from "./releases.ts";

const [a, b, c] = ["a", "b", "c"].map((digit) => digit.repeat(40)) as [string, string, string];
const stack = ["--stack", "production"];

/** A project with two good releases in a row: its first commit, then its second. */
function twice() {
  const project = fakeProject();
  const first = commitAll(project.folder);
  const services = { web: { ...leastService, env: { NAME: "second" } } };
  project.configure("production", { "slipway:services": services });
  const second = commitAll(project.folder);
  project.change((world) => deliver(world, [first, second]));
  return { project, first, second, services };
}

/** A project whose services `web` and `api` have the release `b` proven, then `c`. */
async function twoServices() {
  const project = fakeProject();
  const api = { ...leastService, target: { kind: "docker", port: 8001 } };
  project.configure("production", { "slipway:services": { web: leastService, api } });
  for (const head of [b, c]) {
    project.change((world) => {
      world.head = head;
    });
    await project.run("deliver", ["pulumi", "up", ...stack]);
  }
  return project;
}

vi.setConfig({ testTimeout: 60_000 });

describe("rollback", () => {
  it("goes back to the release before, says which configuration differs, and both images", async () => {
    const { project, first, second, services } = twice();
    const { code, stderr } = await project.run("rollback", stack);
    expect(code).toBe(0);
    expect(stderr.split("\n")).toEqual([
      `  web: the image of ${first} under the configuration of now; since then it has other slipway:services.web.env.NAME`,
      `  web: old ${imageOf(second)}`,
      `  web: new ${imageOf(first)}`,
      "",
    ]);
    const call = project.calls().at(-1);
    expect(call?.config).toEqual({
      "slipway:services": services,
      "slipway:release": { web: first },
    });
    expect(call?.env.SLIPWAY_RETRY).toBe("off");
  });

  it("goes back to the last proven release after failed ones, however many", async () => {
    const { project, second } = twice();
    for (const head of [b, c]) {
      project.change((world) => {
        world.stacks.production = {
          ...world.stacks.production,
          tried: { web: imageOf(head) },
          updates: [{ kind: "update", startTime: head, result: "failed" }],
        } as never;
      });
    }
    const { code, stderr } = await project.run("rollback", stack);
    expect(code).toBe(0);
    expect(stderr.split("\n")).toEqual([
      "  stack production: the last update failed, so nothing after the last proven release counts",
      `  web: the image of ${second} under the configuration of now; nothing in it differs`,
      `  web: old ${imageOf(c)}`,
      `  web: new ${imageOf(second)}`,
      "",
    ]);
    expect(project.calls().at(-1)?.env.SLIPWAY_RETRY).toBe("on");
  });

  it("goes back no further when an earlier rollback failed on the very release", async () => {
    const { project, second } = twice();
    project.change((world) => {
      world.stacks.production?.updates.unshift({
        kind: "update",
        startTime: "z",
        result: "failed",
      });
    });
    await project.run("rollback", stack);
    expect(project.calls().at(-1)?.config?.["slipway:release"]).toEqual({ web: second });
  });

  it("goes to a commit by its first digits", async () => {
    const { project, first } = twice();
    const { code } = await project.run("rollback", [...stack, "--to", first.slice(0, 8)]);
    expect(code).toBe(0);
    expect(project.calls().at(-1)?.config?.["slipway:release"]).toEqual({ web: first });
  });

  it("brings the last proven release back when the one asked for fails, and ends with the code", async () => {
    const { project, second } = twice();
    project.change((world) => {
      world.broken = [b];
    });
    const { code, stderr } = await project.run("rollback", [...stack, "--to", b]);
    expect(code).toBe(255);
    expect(stderr.split("\n")).toEqual([
      `  web: the image of ${b} under the configuration of now; that commit's stack file is not in this checkout, so what differs cannot be told (git fetch brings it)`,
      "  stack production: the rollback failed (exit code 255)",
      `  web: failed ${imageOf(b)}`,
      "  stack production: bringing the last proven release back",
      `  web: restored ${imageOf(second)}, which is ${second}`,
      "",
    ]);
  });

  it("takes one service back and leaves the others", async () => {
    const project = await twoServices();
    await project.run("rollback", [...stack, "--service", "api"]);
    expect(project.calls().at(-1)?.config?.["slipway:release"]).toEqual({ web: c, api: b });
  });

  it("looks for the way back anew when another delivery has ended meanwhile, and says so", async () => {
    const project = await twoServices();
    project.change((world) => {
      world.overtakes = { commit: a };
    });
    const { code, stderr } = await project.run("rollback", [...stack, "--service", "api"]);
    expect(project.calls().at(-1)?.config?.["slipway:release"]).toEqual({ web: a, api: c });
    const line = (service: string, commit: string) =>
      `  ${service}: the image of ${commit} under the configuration of now; that commit's stack file is not in this checkout, so what differs cannot be told (git fetch brings it)`;
    expect([code, stderr.split("\n")]).toEqual([
      0,
      [
        ...[line("api", b), line("web", c), line("api", c), line("web", a)],
        ...[`  api: old ${imageOf(a, "api")}`, `  api: new ${imageOf(c, "api")}`],
        ...[`  web: old ${imageOf(a)}`, `  web: new ${imageOf(a)}`],
        "",
      ],
    ]);
  });

  it("says where it goes once, however long it waits", async () => {
    const { project } = twice();
    project.change((world) => {
      world.locked = 2;
    });
    const { code, stderr } = await project.run("rollback", stack);
    expect(code).toBe(0);
    expect(stderr.match(/under the configuration of now/g)).toHaveLength(1);
  });

  it.each([
    [
      "an unknown flag",
      ["--force"],
      /^ {2}command line: Unknown option '--force'; use --stack, --to, --service\n$/,
    ],
    [
      "an unknown service",
      [...stack, "--service", "db"],
      /^ {2}--service db: stack production has no such service; use one of web\n$/,
    ],
    [
      "a branch",
      [...stack, "--to", "main"],
      /^ {2}--to main: is no commit; give its hexadecimal digits, all 40 or the first few\n$/,
    ],
    [
      "a stack without a delivery",
      ["--stack", "none"],
      /^ {2}stack none: nothing was delivered there yet; deliver with npm run deliver -- pulumi up --stack none\n$/,
    ],
  ])("refuses %s", async (_what, args, words) => {
    const { project } = twice();
    const { code, stderr } = await project.run("rollback", args);
    expect(code).toBe(1);
    expect(stderr).toMatch(words);
    expect(project.calls()).toEqual([]);
  });

  it("refuses to guess where no earlier release is known", async () => {
    const project = fakeProject();
    project.change((world) => deliver(world, [project.hash]));
    const { code, stderr } = await project.run("rollback", stack);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `  web: no release before ${project.hash} is known on production; name a commit with --to\n`,
    });
  });
});
