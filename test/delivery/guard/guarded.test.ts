import { describe, expect, it, vi } from "vitest";
import { deliver, type FakeProject, fakeProject } from "../fake-pulumi.ts";
import { imageOf, lockWords } from "../releases.ts";

const [a, b, c] = ["a", "b", "c"].map((digit) => digit.repeat(40)) as [string, string, string];
const up = ["pulumi", "up", "--stack", "production"];
const stack = ["--stack", "production"];

const urn = "urn:pulumi:production::slipway::gcp:cloudrunv2/service:Service::web";
const secret = "urn:pulumi:production::slipway::gcp:secretmanager/secret:Secret::web-KEY";
const state = (type: string) => ({ type, custom: true });
const plan = [
  {
    op: "replace",
    urn,
    oldState: state("gcp:cloudrunv2/service:Service"),
    replaceReasons: ["location"],
  },
  { op: "delete", urn: secret, oldState: state("gcp:secretmanager/secret:Secret") },
];
const list = [`    replace ${urn}: location`, `    delete ${secret}: no longer in the program`];
const held = [
  "  stack production: stopped before the update, because it would take away what may hold data or an address:",
  ...list,
  "    keep it in the program, or approve it: run again with SLIPWAY_APPROVE (in a pipeline, a variable of the manual run) set to",
  `    ${urn} ${secret}`,
  "",
];

const github = {
  GITHUB_SERVER_URL: "https://github.com",
  GITHUB_REPOSITORY: "acme/slipway",
  GITHUB_RUN_ID: "123",
};

/** A project whose stack `production` has the release `a` proven, after `c`. */
function delivered(): FakeProject {
  const project = fakeProject();
  project.change((world) => deliver(world, [c, a]));
  return project;
}

function holding(): FakeProject {
  const project = delivered();
  project.change((world) => {
    world.plan = plan;
  });
  return project;
}

vi.setConfig({ testTimeout: 60_000 });

describe("a plan that takes something away", () => {
  it("stops the delivery before its update, and names it", async () => {
    const project = holding();
    const { code, stderr } = await project.run("deliver", up);
    expect([code, stderr.split("\n")]).toEqual([1, held]);
    expect(project.calls()).toEqual([]);
  });

  it("stops a rollback, which asks nobody", async () => {
    const project = holding();
    const { code, stderr } = await project.run("rollback", stack);
    expect([code, stderr.split("\n").slice(1)]).toEqual([1, held]);
    expect(project.calls()).toEqual([]);
    const [preview] = project.calls("preview");
    expect(preview?.args).toEqual([
      "preview",
      ...stack,
      "--config-file",
      preview?.configFile,
      "--json",
    ]);
    expect(preview?.config?.["slipway:release"]).toEqual({ web: c });
  });

  it.each([`${urn} ${secret}`, `${secret},\n${urn},`])(
    "goes on when it is approved: %j",
    async (SLIPWAY_APPROVE) => {
      const project = holding();
      const { code } = await project.run("deliver", up, { SLIPWAY_APPROVE });
      expect([code, project.calls().length]).toEqual([0, 1]);
    },
  );

  it("stops when only a part of it is approved", async () => {
    const project = holding();
    const { code, stderr } = await project.run("deliver", up, { SLIPWAY_APPROVE: urn });
    expect([code, stderr.split("\n")]).toEqual([1, held]);
  });

  it("stops for a mistyped approval, and names what there is to approve", async () => {
    const project = holding();
    const env = { SLIPWAY_APPROVE: `${urn} ${secret}x` };
    const { code, stderr } = await project.run("deliver", up, env);
    expect([code, stderr.split("\n")]).toEqual([
      1,
      [
        `  SLIPWAY_APPROVE: the plan of stack production does not delete or replace ${secret}x; name these, or unset it, because it holds back:`,
        ...list,
        "",
      ],
    ]);
  });

  it.each(["web", "urn:pulumi:production::slipway::gcp:x/y:Y::web"])(
    "stops for an approval of %s, and goes on with one for another stack",
    async (one) => {
      const project = delivered();
      const stopped = await project.run("deliver", up, { SLIPWAY_APPROVE: one });
      const env = { SLIPWAY_APPROVE: urn.replace("production", "staging") };
      const passed = await project.run("deliver", up, env);
      expect([stopped.code, passed.code]).toEqual([1, 0]);
    },
  );

  it("stops for an approval of nothing", async () => {
    const project = delivered();
    const { code, stderr } = await project.run("deliver", up, { SLIPWAY_APPROVE: urn });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `  SLIPWAY_APPROVE: the plan of stack production does not delete or replace ${urn}; unset it, because it holds nothing back\n`,
    });
  });

  it("does not stop what brings the last proven release back", async () => {
    const project = delivered();
    project.change((world) => {
      world.head = b;
      world.broken = [b];
    });
    await project.run("deliver", up);
    expect([project.calls("preview").length, project.calls().length]).toEqual([1, 2]);
  });
});

describe("the plan", () => {
  it("is made as the update would run, with its flags and its environment", async () => {
    const project = fakeProject();
    project.change((world) => {
      world.broken = [world.head];
    });
    await project.run("deliver", up);
    await project.run("deliver", [...up, "--yes", "--diff", "-c", "slipway:allowDirty=true"]);
    const previews = project.calls("preview").map(({ args, env }) => [args, env.SLIPWAY_RETRY]);
    expect(previews).toEqual([
      [["preview", ...stack, "--json"], undefined],
      [["preview", ...stack, "-c", "slipway:allowDirty=true", "--json"], "on"],
    ]);
  });

  it("stops the delivery with its own words when it cannot be made", async () => {
    const project = delivered();
    project.change((world) => {
      world.unplannable = "error: web: the registry has lost its image; build it again\n";
    });
    const { code, stderr } = await project.run("deliver", up);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        "  stack production: nothing was changed, because the preview failed: web: the registry has lost its image; build it again\n",
    });
    expect(project.calls()).toEqual([]);
  });

  it.each([
    ["another delivery has ended", { commit: b }],
    ["somebody has refreshed the state", {}],
    ["another delivery has ended at the last moment", { commit: b, during: "tag" }],
    ["somebody has refreshed the state at the last moment", { during: "tag" }],
  ] as const)("is made again when %s meanwhile", async (_what, overtakes) => {
    const project = delivered();
    project.change((world) => {
      world.overtakes = overtakes;
    });
    const { code } = await project.run("deliver", up, github);
    expect([code, project.calls("preview").length, project.calls().length]).toEqual([0, 2, 1]);
  });
});

describe("a stack that is locked", () => {
  const locked = (times: number): FakeProject => {
    const project = delivered();
    project.change((world) => {
      world.locked = times;
      Object.assign(world.stacks.production as object, {
        tags: { "slipway:delivery:6": "https://example.org/6", owner: "us" },
      });
    });
    return project;
  };

  it.each([
    ["deliver", up],
    ["rollback", stack],
  ] as const)("lets %s wait and try again, from a new plan", async (verb, args) => {
    const project = locked(2);
    const { code, stderr } = await project.run(verb, args);
    expect(code).toBe(0);
    const line = "  stack production: locked by https://example.org/6; waiting up to 600 s for it";
    expect(stderr.split("\n").filter((one) => one.includes("locked"))).toEqual([line]);
    expect([project.calls("preview").length, project.calls().length]).toEqual([3, 3]);
  });

  it("ends with Pulumi's words, the link and the way on when the patience is over", async () => {
    const project = locked(99);
    const env = { SLIPWAY_LOCK_WAIT: "1" };
    const { code, stderr } = await project.run("deliver", up, env);
    expect(code).toBe(255);
    const lines = stderr.split("\n").filter((line) => line !== "something else");
    expect(lines).toEqual([
      "  stack production: locked by https://example.org/6; waiting up to 1 s for it",
      ...lockWords.split("\n").slice(0, -1),
      "  stack production: is locked by https://example.org/6 and was so for 1 s (SLIPWAY_LOCK_WAIT); nothing was changed. Deliver again when that has ended; only if it is dead, pulumi cancel --stack production takes the lock away",
      "",
    ]);
  });

  it("is left alone at once when there is no patience", async () => {
    const project = locked(99);
    const { code } = await project.run("deliver", up, { SLIPWAY_LOCK_WAIT: "0" });
    expect([code, project.calls().length]).toEqual([255, 1]);
  });

  it("is no place to bring a release back to: whoever has it decides", async () => {
    const project = delivered();
    project.change((world) => {
      world.head = b;
      world.broken = [b];
      world.lockedAfter = 1;
    });
    const { code, stderr } = await project.run("deliver", up);
    expect([code, stderr.split("\n").at(-2)]).toEqual([
      255,
      "  stack production: another update has begun there before the last proven release was back, and decides now; look at it, and use npm run rollback -- --stack production if it fails",
    ]);
  });

  it("refuses a patience that is no number", async () => {
    const project = delivered();
    const { code, stderr } = await project.run("deliver", up, { SLIPWAY_LOCK_WAIT: "long" });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: "  SLIPWAY_LOCK_WAIT: is no number of seconds; give a whole one, or 0 for no wait\n",
    });
  });
});

describe("the link of a pipeline", () => {
  it("is with the stack while the update runs, and gone after, with those of the dead", async () => {
    const project = delivered();
    project.change((world) => {
      Object.assign(world.stacks.production as object, {
        tags: { "slipway:delivery:6": "https://example.org/6", owner: "us" },
      });
    });
    await project.run("deliver", up, github);
    const tags = project
      .calls("stack")
      .flatMap(({ args }) => (args[1] === "tag" ? [args.slice(2)] : []));
    expect(tags).toEqual([
      ["ls", "--json", ...stack],
      ["set", "slipway:delivery:123", "https://github.com/acme/slipway/actions/runs/123", ...stack],
      ["rm", "slipway:delivery:123", ...stack],
      ["rm", "slipway:delivery:6", ...stack],
    ]);
    expect(project.world().stacks.production?.tags).toEqual({ owner: "us" });
  });

  it("of the holder stays when another one finds the stack locked", async () => {
    const project = delivered();
    project.change((world) => {
      world.locked = 9;
      Object.assign(world.stacks.production as object, {
        tags: { "slipway:delivery:6": "https://example.org/6" },
      });
    });
    await project.run("deliver", up, { ...github, SLIPWAY_LOCK_WAIT: "0" });
    expect(project.world().stacks.production?.tags).toEqual({
      "slipway:delivery:6": "https://example.org/6",
    });
  });
});

describe("a pull request", () => {
  it.each([
    ["deliver", up, { BITBUCKET_PR_ID: "3" }],
    ["deliver", up, { GITHUB_EVENT_NAME: "pull_request" }],
    ["deliver", up, { GITHUB_EVENT_NAME: "pull_request_target" }],
    ["deliver", up, { GITHUB_EVENT_NAME: "merge_group" }],
    ["rollback", stack, { BITBUCKET_PR_ID: "3" }],
    ["promote", ["--from", "staging", "--to", "production"], { BITBUCKET_PR_ID: "3" }],
  ] as const)("previews only: %s %j with %j is refused", async (verb, args, env) => {
    const project = delivered();
    const { code, stderr } = await project.run(verb, args, env);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `  ${verb}: a pull request previews only, because its checkout is a merge that no branch holds; merge it, or use npm run preview\n`,
    });
    expect(project.calls()).toEqual([]);
  });

  it("is not what a push is", async () => {
    const project = delivered();
    const { code } = await project.run("deliver", up, { GITHUB_EVENT_NAME: "push" });
    expect(code).toBe(0);
    expect(project.world().stacks.production?.tried).toEqual({ web: imageOf(a) });
  });
});
