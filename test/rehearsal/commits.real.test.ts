import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { branchTag } from "../../infra/image-reference.ts";
import { complaint } from "./complaint.ts";
import { prepareDelivery, type TestDelivery } from "./delivery.ts";
import { docker } from "./engine.ts";
import { served } from "./served.ts";

let at: TestDelivery;

beforeAll(async () => {
  at = await prepareDelivery();
  await at.deliver();
});
afterAll(() => at?.clear());

/** Delivers what is checked out, and says how the delivery and the app name it. */
async function delivered(env: Record<string, string> = {}) {
  const { services } = await at.deliver([], env);
  const { commit, branch, servedCommit, image = "" } = services.web ?? {};
  const { Config } = await docker.getImage(image).inspect();
  return {
    output: { commit, branch, servedCommit },
    app: await served(at.url),
    labels: Config.Labels,
  };
}

test.for([
  { what: "feature/x", branch: "feature/x" },
  { what: "300 characters", branch: `${"a".repeat(150)}/${"b".repeat(149)}` },
])(
  "a branch of the name $what is served in full, and tagged with a name that a registry takes",
  async ({ branch }) => {
    at.git("checkout", "--quiet", "-b", branch);
    const commit = at.commit("On a branch");
    const { output, app } = await delivered();
    expect(output).toStrictEqual({ commit, branch, servedCommit: commit });
    expect(app).toStrictEqual({ commit, branch });
    const tag = branchTag(branch);
    expect(tag.length).toBeLessThanOrEqual(128);
    expect(await at.registry.digestOf(tag)).toBe(await at.registry.digestOf(commit));
  },
);

test("a detached HEAD is on no branch that is known", async () => {
  at.git("checkout", "--quiet", "--detach");
  const commit = at.commit("On nothing");
  const { output, app } = await delivered();
  expect(output).toStrictEqual({ commit, branch: "unknown", servedCommit: commit });
  expect(app).toStrictEqual({ commit, branch: "unknown" });
});

test("a pipeline's build of a tag is on no branch that is known", async () => {
  const commit = at.commit("Tagged");
  const { output, app } = await delivered({ BITBUCKET_COMMIT: commit, BITBUCKET_TAG: "v1" });
  expect(output).toStrictEqual({ commit, branch: "unknown", servedCommit: commit });
  expect(app).toStrictEqual({ commit, branch: "unknown" });
});

test("a pull request on GitHub delivers its head and not the merge", async () => {
  const commit = at.commit("Proposed");
  const event = join(at.folder, ".slipway", "event.json");
  writeFileSync(event, JSON.stringify({ pull_request: { head: { sha: commit } } }));
  const { output, app, labels } = await delivered({
    GITHUB_SHA: "f".repeat(40),
    GITHUB_REF_TYPE: "branch",
    GITHUB_REF_NAME: "7/merge",
    GITHUB_HEAD_REF: "feature/proposed",
    GITHUB_EVENT_PATH: event,
    GITHUB_SERVER_URL: "https://github.example",
    GITHUB_REPOSITORY: "team/app",
  });
  expect(output).toStrictEqual({ commit, branch: "feature/proposed", servedCommit: commit });
  expect(app).toStrictEqual({ commit, branch: "feature/proposed" });
  expect(labels).toMatchObject({
    "org.opencontainers.image.revision": commit,
    "org.opencontainers.image.source": "https://github.example/team/app",
    "org.opencontainers.image.created": at.git("log", "-1", "--format=%cI"),
  });
});

test("the same commit on another branch moves no tag and builds nothing", async () => {
  const commit = at.head();
  const before = [await at.registry.digestOf(commit), (await at.registry.pushes()).blobs];
  at.git("checkout", "--quiet", "-b", "another");
  const { output } = await delivered();
  expect(output).toMatchObject({ commit, servedCommit: commit });
  expect([await at.registry.digestOf(commit), (await at.registry.pushes()).blobs]).toStrictEqual(
    before,
  );
});

test("a context that differs from the commit is delivered under a name of its own, said aloud", async () => {
  const head = at.head();
  at.edit("app/src/main.py", (text) => `${text}# not committed\n`);
  const { code, stdout, stderr } = await at.run("start", ["--json"]);
  expect(code).toBe(0);
  const { commit, servedCommit } = JSON.parse(stdout).services.web;
  expect(commit).toMatch(new RegExp(`^${head}-dirty-[0-9a-f]{12}$`));
  expect(servedCommit).toBe(commit);
  expect(stderr.split("\n").filter((line) => line.startsWith("  ! "))).toStrictEqual([
    `  ! web: 1 file differs from the commit in app (app/src/main.py); this delivers ${commit}`,
  ]);
  expect(await at.registry.digestOf("another")).toBe(await at.registry.digestOf(head));
});

test("a context that differs from the commit is refused where the stack does not allow it", async () => {
  at.configure((config) => {
    config["slipway:allowDirty"] = false;
  });
  const ran = await at.run("start");
  at.git("checkout", "--quiet", ".");
  expect({ code: ran.code, stdout: ran.stdout, said: complaint(ran) }).toStrictEqual({
    code: 1,
    stdout: "",
    said: "web: 1 file differs from the commit in app (app/src/main.py); commit the change, or set slipway:allowDirty in this stack",
  });
});

test("two states that deliver the same commit share its image: the second takes it, and its second run changes nothing", async () => {
  const commit = at.commit("Shared");
  await at.deliver();
  const before = [await at.registry.digestOf(commit), await at.registry.pushes()];
  for (const _run of ["the second state", "the second state again"]) {
    const { code, stdout, stderr } = await at.run("rehearse", ["--json"]);
    expect({ code, stderr }).toStrictEqual({
      code: 0,
      stderr: expect.not.stringContaining("built"),
    });
    expect(JSON.parse(stdout).services.web.image).toBe(
      `localhost:${at.registry.port}/web@${before[0]}`,
    );
    expect([await at.registry.digestOf(commit), await at.registry.pushes()]).toStrictEqual(before);
  }
  const { stderr } = await at.run("rehearse");
  expect(stderr).toContain("container    unchanged,");
  expect((await at.run("rehearse", ["--destroy"])).code).toBe(0);
});
