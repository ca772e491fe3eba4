import { describe, expect, it, vi } from "vitest";
import { fakeRegistry } from "../infra/fake-registry.ts";
import { commitAll, git, write } from "../infra/repository.ts";
import { deliver, fakeProject, leastService } from "./fake-pulumi.ts";
import { releaseOf } from "./releases.ts";

vi.setConfig({ testTimeout: 60_000 });

const args = ["--from", "staging", "--to", "production"];
const manifest = {
  type: "application/vnd.oci.image.manifest.v1+json",
  content: Buffer.from('{"schemaVersion":2}'),
};

/** Two stacks with a registry path each; `staging` has the second of three commits proven. */
async function stacks() {
  const project = fakeProject();
  const registry = await fakeRegistry();
  const service = (repository: string) => ({
    ...leastService,
    registry: { kind: "local", port: registry.port, repository },
  });
  project.configure("staging", { "slipway:services": { web: service("rehearsed") } });
  project.configure("production", { "slipway:services": { web: service("web") } });
  const commits = ["1", "2", "3"].map((content) => {
    write(project.folder, { "app/main.py": content });
    return commitAll(project.folder);
  }) as [string, string, string];
  const digest = registry.hold("rehearsed", manifest, commits[1]);
  const image = `localhost:${registry.port}/rehearsed@${digest}`;
  project.change((world) => {
    deliver(world, [commits[1]], "staging");
    const release = { ...releaseOf(commits[1]), image };
    Object.assign(world.stacks.staging as object, { outputs: { web: release } });
  });
  return { project, registry, commits, digest };
}

describe("promote", () => {
  it("copies the digest under its commit, and releases that", async () => {
    const { project, registry, commits, digest } = await stacks();
    project.change((world) => deliver(world, [commits[0]]));
    const env = { BITBUCKET_BUILD_NUMBER: "9" };
    const { code, stderr } = await project.run("promote", args, env);
    expect({ code, stderr: stderr.split("\n").slice(0, 1) }).toEqual({
      code: 0,
      stderr: [`  web: copied localhost:${registry.port}/web:${commits[1]}, ${digest}`],
    });
    expect(
      project.calls().map((call) => [call.args.slice(0, 5), call.config?.["slipway:release"]]),
    ).toEqual([[["up", "--yes", "--skip-preview", "--stack", "production"], { web: commits[1] }]]);
    const tags = [commits[1], "latest", "build-9"].map((tag) =>
      registry.manifests.get(`web:${tag}`),
    );
    expect(tags).toEqual([manifest, manifest, manifest]);
  });

  it.each([
    ["is that one, in full", (commit: string) => commit, 0],
    ["is that one, by its first digits", (commit: string) => commit.slice(0, 9), 0],
    ["is another one", () => "f".repeat(40), 1],
    ["is no commit", () => "main", 1],
  ])("takes what was meant: it %s", async (_, meant, code) => {
    const { project, commits } = await stacks();
    const release = meant(commits[1]);
    const ran = await project.run("promote", [...args, "--copy-only", "--release", release]);
    expect(ran.code).toBe(code);
    const refusals = [
      `web: staging has proven ${commits[1]} last, and not ${release}; promote that, or deliver ${release} there again`,
      `--release ${release}: is no commit; give its digits, all 40 or the first 7`,
    ];
    expect(refusals.filter((refusal) => ran.stderr.includes(refusal)).length).toBe(code);
  });

  it("copies only, when that is asked for", async () => {
    const { project, registry, commits } = await stacks();
    const { code } = await project.run("promote", [...args, "--copy-only"]);
    expect({ code, ups: project.calls() }).toEqual({ code: 0, ups: [] });
    expect(registry.manifests.get(`web:${commits[1]}`)).toEqual(manifest);
  });

  it("copies nothing where both have one registry", async () => {
    const { project, registry, commits, digest } = await stacks();
    const repository = { kind: "local", port: registry.port, repository: "rehearsed" };
    const web = { ...leastService, registry: repository };
    project.configure("production", { "slipway:services": { web } });
    const { code, stderr } = await project.run("promote", args);
    expect({ code, stderr: stderr.split("\n")[0] }).toEqual({
      code: 0,
      stderr: `  web: ${digest} is in localhost:${registry.port}/rehearsed already`,
    });
    expect(registry.requests).toEqual([]);
    expect(project.calls().at(-1)?.config?.["slipway:release"]).toEqual({ web: commits[1] });
  });

  it("goes back only when it is told to", async () => {
    const { project, registry, commits } = await stacks();
    project.change((world) => deliver(world, [commits[2]]));
    const refused = await project.run("promote", args);
    expect({ code: refused.code, stderr: refused.stderr, requests: registry.requests }).toEqual({
      code: 1,
      stderr: `  web: production runs ${commits[2]}, a newer commit than ${commits[1]}; add --back to put it in its place all the same\n`,
      requests: [],
    });
    const { code } = await project.run("promote", [...args, "--back"]);
    expect(code).toBe(0);
    expect(project.calls().at(-1)?.config?.["slipway:release"]).toEqual({ web: commits[1] });
    expect(registry.manifests.has("web:latest")).toBe(false);
  });

  it("never moves a commit's tag", async () => {
    const { project, registry, commits } = await stacks();
    registry.hold("web", { ...manifest, content: Buffer.from('{"other":1}') }, commits[1]);
    const { code, stderr } = await project.run("promote", args);
    expect(code).toBe(1);
    expect(stderr).toContain(`/web:${commits[1]}: names sha256:`);
    expect(project.calls()).toEqual([]);
  });

  it("brings the last proven release back when the promoted one fails", async () => {
    const { project, commits } = await stacks();
    project.change((world) => {
      deliver(world, [commits[0]]);
      world.broken = [commits[1]];
    });
    const { code } = await project.run("promote", args);
    expect(code).toBe(255);
    expect(project.calls().map(({ config }) => config?.["slipway:release"])).toEqual([
      { web: commits[1] },
      { web: commits[0] },
    ]);
  });

  it.each<
    [string, (given: Awaited<ReturnType<typeof stacks>>) => readonly string[] | undefined, RegExp]
  >([
    ["no source", () => ["--to", "production"], /^ {2}--from: required; /],
    [
      "an unknown stack",
      () => ["--from", "test", "--to", "production"],
      /^ {2}stack test: there is no such stack; /,
    ],
    [
      "a stack without a proven release",
      () => ["--from", "production", "--to", "staging"],
      /^ {2}web: no release is proven on production; /,
    ],
    [
      "an unknown service",
      () => [...args, "--service", "api"],
      /^ {2}--service api: there is no such service; use one of web\n$/,
    ],
    [
      "other services",
      ({ project }) =>
        void project.configure("production", { "slipway:services": { api: leastService } }),
      /^ {2}promote: staging has the services web and production has api; /,
    ],
    [
      "a configuration with problems",
      ({ project }) => void project.configure("production", { "slipway:services": {} }),
      /^ {2}stack production: its configuration has problems:\n {4}slipway:services: names no service/,
    ],
    [
      "a misplaced secret",
      ({ project }) =>
        void project.configure("production", {
          "slipway:services": { web: { ...leastService, env: { KEY: { secure: "canary" } } } },
        }),
      /^ {2}stack production: its configuration has problems:\n {4}slipway:services: holds a secure value, [^\n]*\n$/,
    ],
    [
      "a release that was not proven",
      ({ project }) =>
        void project.change((world) =>
          Object.assign(world.stacks.staging?.outputs.web as object, {
            servedCommit: "not proven",
          }),
        ),
      /^ {2}web: no release is proven on staging; /,
    ],
    [
      "a history that is not there",
      ({ project }) => void project.change((world) => deliver(world, ["f".repeat(40)])),
      /^ {2}commit f{40}: is not in this checkout; fetch the history with git fetch --unshallow origin /,
    ],
    [
      "another line of history",
      ({ project, commits }) => {
        git(project.folder, "checkout", "--quiet", "-b", "aside", commits[0]);
        write(project.folder, { "app/main.py": "aside" });
        const aside = commitAll(project.folder);
        project.change((world) => deliver(world, [aside]));
        return undefined;
      },
      /^ {2}web: production runs [0-9a-f]{40}, what is not in the history of [0-9a-f]{40}; add --back/,
    ],
  ])("refuses %s, and copies nothing", async (_what, change, words) => {
    const given = await stacks();
    const { code, stderr } = await given.project.run("promote", change(given) ?? args);
    expect(code).toBe(1);
    expect(stderr).toMatch(words);
    expect({ ups: given.project.calls(), requests: given.registry.requests }).toEqual({
      ups: [],
      requests: [],
    });
  });
});
