import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import type { Commit } from "../../infra/commit.ts";
import type { ProofConfig } from "../../infra/config/schema.ts";
import type { Config } from "../../infra/config.ts";
import { followedByTags } from "../../infra/follow-tags.ts";
import { provenRelease, type Release } from "../../infra/release.ts";
import type { Target } from "../../infra/targets/target.ts";
import { listen } from "./fake-registry.ts";
import { MemoryRegistry } from "./memory-registry.ts";
import { type MockEngineArgs, mockEngine, settled } from "./mock-engine.ts";
import { leastConfig, leastServiceRead } from "./stack-config.ts";

const hash = "0123456789abcdef0123456789abcdef01234567";
const other = "89abcdef0123456789abcdef0123456789abcdef";
const digest = `sha256:${"1".repeat(64)}`;
const image = `localhost:5055/web@${digest}`;
const commit: Commit = { id: hash, branch: "main", differences: [] };

const byCommit: ProofConfig = { kind: "commit", path: "/version", field: "commit", seconds: 0.1 };
const byHealth: ProofConfig = { kind: "health", path: "/healthcheck", seconds: 0.1 };

interface Given {
  readonly served?: string;
  readonly status?: number;
  readonly proof?: ProofConfig;
  readonly commit?: Commit;
  readonly config?: Partial<Config>;
  readonly engine?: MockEngineArgs;
  readonly lastWords?: string;
  /** Digests that the registry holds. */
  readonly held?: readonly string[];
  /** How often the registry fails to set a tag. */
  readonly lostAnswers?: number;
}

/** One release, by a server that answers what is given; `release` rejects when the proof fails. */
async function deliver(given: Given) {
  const requests: string[] = [];
  const { port } = await listen((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    response.writeHead(given.status ?? 200).end(JSON.stringify({ commit: given.served ?? hash }));
  });
  const engine = await mockEngine(given.engine);
  const explained: string[] = [];
  const target: Target = {
    url: pulumi.output(`http://localhost:${port}`),
    revision: pulumi.output("revision-7"),
    explain: async (revision) => {
      explained.push(revision);
      return given.lastWords ?? "";
    },
  };
  const config: Config = { ...leastConfig, allowDirty: true, ...given.config };
  const registry = new MemoryRegistry(
    Object.fromEntries((given.held ?? []).map((held) => [held, held])),
  );
  registry.lostAnswers = given.lostAnswers ?? 0;
  const service = { ...leastServiceRead, proof: given.proof ?? byCommit };
  const parent = new pulumi.ComponentResource("slipway:index:Service", "web");
  const of = given.commit ?? commit;
  const args = { service, commit: of, image: pulumi.output(image), target, parent, config };
  const release = provenRelease("web", args);
  const followed = followedByTags(
    [{ name: "web", release, registry, commit: of, parent }],
    config,
  ).web;
  const [result] = await Promise.allSettled([settled(followed as pulumi.Output<Release>)]);
  return { result, registry, requests, explained, ...engine, url: `http://localhost:${port}` };
}

/** The release where it was proven. */
function released(url: string, more: Partial<Release> = {}) {
  const value = { url, image, commit: hash, branch: "main", servedCommit: hash, ...more };
  return { status: "fulfilled", value };
}

/** The message of a release that failed. */
function refusal(result: PromiseSettledResult<Release>): string {
  expect(result).toEqual({ status: "rejected", reason: expect.any(pulumi.RunError) });
  return result.status === "rejected" ? result.reason.message : "";
}

const live = ["live-dev", digest];

const threeTimes = (request: string) => [request, request, request];

describe("a release", () => {
  it("that serves its commit is proven, said aloud, and the branch's", async () => {
    const { result, registry, requests, logs, url, explained } = await deliver({});
    expect(result).toEqual(released(url));
    expect(requests).toEqual(threeTimes("GET /version"));
    expect(logs).toEqual([`info: proven: ${url} serves ${hash}`]);
    expect(registry.tagged).toEqual([live, ["main", digest]]);
    expect(explained).toEqual([]);
  });

  it("of a branch that is no tag gets a tag made of it", async () => {
    const { registry } = await deliver({ commit: { ...commit, branch: "feature/x" } });
    expect(registry.tagged).toEqual([live, ["feature-x-217d2bf5", digest]]);
  });

  it("without a branch moves the stack's tag alone", async () => {
    const { result, registry, url } = await deliver({ commit: { ...commit, branch: "unknown" } });
    expect(result).toEqual(released(url, { branch: "unknown" }));
    expect(registry.tagged).toEqual([live]);
  });

  it("that differs from its commit moves the stack's tag alone", async () => {
    const id = `${hash}-dirty-0123456789ab`;
    const dirty = { ...commit, id, differences: ["app/main.py"] };
    const { result, registry, url } = await deliver({ commit: dirty, served: id });
    expect(result).toEqual(released(url, { commit: id, servedCommit: id }));
    expect(registry.tagged).toEqual([live]);
  });

  it("of an earlier commit is proven and moves the stack's tag alone", async () => {
    const { result, registry, requests, url } = await deliver({ config: { release: () => hash } });
    expect(result).toEqual(released(url));
    expect(requests).toEqual(threeTimes("GET /version"));
    expect(registry.tagged).toEqual([live]);
  });

  it("that is only asked for its health says that no commit is proven", async () => {
    const { result, requests, logs, url } = await deliver({ proof: byHealth, served: other });
    expect(result).toEqual(released(url, { servedCommit: "healthy" }));
    expect(requests).toEqual(threeTimes("GET /healthcheck"));
    expect(logs).toEqual([`info: proven: ${url} is healthy, commit not proven`]);
  });

  it("is neither asked nor tagged where the proof is switched off", async () => {
    const { result, requests, registry, url } = await deliver({ config: { proves: false } });
    expect(result).toEqual(released(url, { servedCommit: "not proven" }));
    expect(requests).toEqual([]);
    expect(registry.tagged).toEqual([]);
  });

  it("sends no request and moves no tag in a preview, and tells what a good up would", async () => {
    const { result, requests, registry, logs, invokes, url } = await deliver({
      engine: { preview: true },
    });
    expect(result).toEqual(released(url));
    expect({ requests, tagged: registry.tagged, logs, invokes }).toEqual({
      requests: [],
      tagged: [],
      logs: [],
      invokes: [["pulumi:pulumi:readStackOutputs", { name: "organization/slipway/dev" }]],
    });
  });

  it("names the release before it, whose image keeps a tag", async () => {
    const was = `sha256:${"2".repeat(64)}`;
    const before = { url: "", image: `localhost:5055/web@${was}`, commit: other, branch: "main" };
    const engine = { outputs: { web: { ...before, servedCommit: other } } };
    const { result, registry, url } = await deliver({ engine, held: [was] });
    expect(result).toEqual(released(url, { previous: other }));
    expect(registry.tagged).toEqual([["prev-dev", was], live, ["main", digest]]);
  });

  it("that is delivered again still names the release before it", async () => {
    const before = { url: "", image, commit: hash, branch: "main", servedCommit: hash };
    const engine = { outputs: { web: { ...before, previous: other } } };
    const { result, registry, url } = await deliver({ engine });
    expect(result).toEqual(released(url, { previous: other }));
    expect(registry.tagged).toEqual([live, ["main", digest]]);
  });

  it("moves its tags although the registry's first answers are lost", async () => {
    const { result, registry, url } = await deliver({ lostAnswers: 2 });
    expect(result).toEqual(released(url));
    expect(registry.tagged).toEqual([live, ["main", digest]]);
  });

  it("stays proven where its tags cannot be moved, and says so", async () => {
    const { result, logs, url } = await deliver({ lostAnswers: 9 });
    expect(result).toEqual(released(url));
    expect(logs).toEqual([
      `info: proven: ${url} serves ${hash}`,
      "warn: web: is proven, but its tags could not be moved (registry: does not answer); the next pulumi up moves them",
    ]);
  });

  it("moves the tags that the run was asked for", async () => {
    const { registry } = await deliver({ config: { tags: ["latest", "build-7"] } });
    expect(registry.tagged).toEqual([
      live,
      ["main", digest],
      ["latest", digest],
      ["build-7", digest],
    ]);
  });
});

describe("a release that is not proven", () => {
  it("says what was expected, what was served and what to do where nothing was proven before", async () => {
    const { result, registry, explained, invokes, url } = await deliver({ served: other });
    expect(refusal(result)).toBe(
      `web: ${url}/version should serve commit ${hash} and in 0.1 s gave: commit ${other}; no earlier release is proven; mend the app and deliver again`,
    );
    expect(registry.tagged).toEqual([]);
    expect(explained).toEqual(["revision-7"]);
    expect(invokes).toEqual([
      ["pulumi:pulumi:readStackOutputs", { name: "organization/slipway/dev" }],
    ]);
  });

  it("says how to go back to the last proven release", async () => {
    const before = { url: "", image, commit: other, branch: "main", servedCommit: other };
    const { result, url } = await deliver({ status: 500, engine: { outputs: { web: before } } });
    expect(refusal(result)).toBe(
      `web: ${url}/version should serve commit ${hash} and in 0.1 s gave: status 500; go back to the last proven release with npm start -- --release ${other}, or with slipway:release: ${other} in the stack file`,
    );
  });

  it("takes no other service's release for its own", async () => {
    const before = { url: "", image, commit: other, branch: "main", servedCommit: other };
    const { result } = await deliver({ status: 500, engine: { outputs: { api: before } } });
    expect(refusal(result)).toMatch(
      /; no earlier release is proven; mend the app and deliver again$/,
    );
  });

  it("does not call a release proven that never was", async () => {
    const before = { url: "", image, commit: other, branch: "main", servedCommit: "not proven" };
    const { result } = await deliver({ status: 500, engine: { outputs: { web: before } } });
    expect(refusal(result)).toMatch(
      /; no earlier release is proven; mend the app and deliver again$/,
    );
  });

  it("does not send the user back to the release that has just failed", async () => {
    const before = { url: "", image, commit: hash, branch: "main", servedCommit: hash };
    const { result } = await deliver({ status: 500, engine: { outputs: { web: before } } });
    expect(refusal(result)).not.toContain(`--release ${hash}`);
  });

  it("shows the platform's last words below", async () => {
    const { result, url } = await deliver({
      status: 503,
      proof: byHealth,
      lastWords: "its container is exited; the end of its log:\n    ImportError",
    });
    expect(refusal(result)).toBe(
      [
        `web: ${url}/healthcheck should serve status 200 and in 0.1 s gave: status 503; no earlier release is proven; mend the app and deliver again`,
        "  its container is exited; the end of its log:",
        "    ImportError",
      ].join("\n"),
    );
  });
});
