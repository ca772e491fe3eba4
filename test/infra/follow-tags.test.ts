import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import type { Config } from "../../infra/config.ts";
import { followedByTags } from "../../infra/follow-tags.ts";
import type { Release } from "../../infra/release.ts";
import { MemoryRegistry } from "./memory-registry.ts";
import { type MockEngineArgs, mockEngine, settled } from "./mock-engine.ts";
import { leastConfig, leastServiceRead } from "./stack-config.ts";

const hash = "0123456789abcdef0123456789abcdef01234567";
const other = "89abcdef0123456789abcdef0123456789abcdef";
const commit = { id: hash, branch: "main", differences: [] };
const digestOf = (digit: string) => `sha256:${digit.repeat(64)}`;

const release = (name: string, digit: string, id = hash): Release => ({
  url: `http://localhost/${name}`,
  image: `localhost:5055/${name}@${digestOf(digit)}`,
  commit: id,
  branch: "main",
  servedCommit: id,
});

/** What ran before: other images of both services. */
const outputs = { web: release("web", "3", other), api: release("api", "4", other) };

interface Given {
  readonly web?: pulumi.Output<Release>;
  readonly api?: pulumi.Output<Release>;
  readonly engine?: MockEngineArgs;
  readonly config?: Partial<Config>;
}

/** The releases of a stack with two services. */
async function followed({ engine, config, ...given }: Given) {
  const { invokes } = await mockEngine({ outputs, ...engine });
  const registry = new MemoryRegistry({
    [digestOf("3")]: digestOf("3"),
    [digestOf("4")]: digestOf("4"),
  });
  const releases = {
    web: given.web ?? pulumi.output(release("web", "1")),
    api: given.api ?? pulumi.output(release("api", "2")),
  };
  const delivered = Object.entries(releases).map(([name, of]) => ({
    name,
    release: of,
    registry,
    commit,
    parent: new pulumi.ComponentResource("slipway:index:Service", name),
  }));
  const services = { web: leastServiceRead, api: leastServiceRead };
  const found = followedByTags(delivered, { ...leastConfig, services, ...config });
  const result = await Promise.allSettled(Object.values(found).map(settled));
  return { result, names: Object.keys(found), tagged: registry.tagged.toSorted(), invokes };
}

const fulfilled = (value: unknown) => ({ status: "fulfilled", value });

it("moves the tags of all services when all are proven", async () => {
  const { result, names, tagged, invokes } = await followed({});
  expect(names).toEqual(["web", "api"]);
  expect(result).toEqual([fulfilled(release("web", "1")), fulfilled(release("api", "2"))]);
  expect(tagged).toEqual([
    ["live-dev-api", digestOf("2")],
    ["live-dev-web", digestOf("1")],
    ["main", digestOf("1")],
    ["main", digestOf("2")],
    ["prev-dev-api", digestOf("4")],
    ["prev-dev-web", digestOf("3")],
  ]);
  expect(invokes).toEqual([
    ["pulumi:pulumi:readStackOutputs", { name: "organization/slipway/dev" }],
  ]);
});

it("moves none before the last proof, and none where one fails, as no output is written", async () => {
  const error = new pulumi.RunError("api: should serve");
  const fails = async (): Promise<Release> => {
    throw error;
  };
  const { result, tagged } = await followed({ api: pulumi.output(1).apply(fails) });
  const rejected = { status: "rejected", reason: error };
  expect({ result, tagged }).toEqual({ result: [rejected, rejected], tagged: [] });
});

it("moves none in a preview, in which what is known stays known beside what is not", async () => {
  const api = pulumi.output(pulumi.unknown as Release);
  const { result, tagged, invokes } = await followed({ api, engine: { preview: true } });
  expect(result).toEqual([fulfilled(release("web", "1")), fulfilled(undefined)]);
  expect({ tagged, invokes }).toEqual({ tagged: [], invokes: [] });
});

it("moves none where nothing is proven", async () => {
  const { result, tagged } = await followed({ config: { proves: false } });
  expect(result).toEqual([fulfilled(release("web", "1")), fulfilled(release("api", "2"))]);
  expect(tagged).toEqual([]);
});
