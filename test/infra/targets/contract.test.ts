import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { parse } from "../../../infra/config/schema.ts";
import { Providers } from "../../../infra/providers.ts";
import { makeTarget, type TargetArgs } from "../../../infra/targets/target.ts";
import { MemoryRegistry } from "../memory-registry.ts";
import { type MockEngineArgs, mockEngine, settled, urnOf } from "../mock-engine.ts";
import { leastConfig } from "../stack-config.ts";

// What the corridor expects of a target of any kind.

const image = `docker.io/acme/web@sha256:${"1".repeat(64)}`;
const commit = "0123456789abcdef0123456789abcdef01234567";
const hub = { kind: "docker-hub", namespace: "acme" };
const revision =
  "projects/acme-dev/locations/europe-west1/services/web-dev/revisions/web-dev-00001-abc";
const account = "web-dev@acme-dev.iam.gserviceaccount.com";

/** Every kind with the least that it needs, what its provider computes, and which resource is the one that runs the app. */
const kinds = [
  {
    kind: "docker",
    target: { kind: "docker", port: 8000 },
    runs: "docker:index/container:Container",
    engine: {},
  },
  {
    kind: "cloud-run",
    target: { kind: "cloud-run", project: "acme-dev", region: "europe-west1", access: "public" },
    runs: "gcp:cloudrunv2/service:Service",
    engine: {
      computed: {
        "gcp:serviceaccount/account:Account": () => ({
          email: account,
          member: `serviceAccount:${account}`,
        }),
        "gcp:secretmanager/secretVersion:SecretVersion": () => ({ version: "3" }),
        "gcp:cloudrunv2/service:Service": () => ({
          uri: "https://web-dev-oiibs6nkdq-ew.a.run.app",
          latestCreatedRevision: revision,
          latestReadyRevision: revision,
          conditions: [],
          terminalConditions: [],
        }),
      },
    },
  },
  {
    kind: "elastic-beanstalk",
    target: {
      kind: "elastic-beanstalk",
      account: "123456789012",
      region: "eu-west-1",
      application: "acme",
      access: "public",
    },
    runs: "aws:elasticbeanstalk/environment:Environment",
    engine: {
      computed: {
        "aws:elasticbeanstalk/applicationVersion:ApplicationVersion": () => ({ name: "web-1" }),
        "aws:elasticbeanstalk/environment:Environment": () => ({
          cname: "web-dev.eba-abcdefgh.eu-west-1.elasticbeanstalk.com",
          allSettings: [],
        }),
        "aws:secretsmanager/secret:Secret": () => ({
          arn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:web-TOKEN-AbCdEf",
        }),
        "aws:secretsmanager/secretVersion:SecretVersion": () => ({ versionId: "version-1" }),
      },
      answers: {
        "aws:elasticbeanstalk/getSolutionStack:getSolutionStack": {
          name: "64bit Amazon Linux 2023 v4.13.1 running Docker",
        },
      },
    },
  },
] satisfies { kind: string; target: object; runs: string; engine: MockEngineArgs }[];

/** A target with a plain and a secret variable, and all that was registered on its way. */
async function made({ target, engine }: (typeof kinds)[number], preview = false) {
  const mock = await mockEngine({ ...engine, preview });
  const source = { context: "app", platform: "linux/amd64" };
  const { values, problems } = parse({ services: { web: { source, registry: hub, target } } }, {});
  expect(problems).toEqual([]);
  const service = values?.services?.web as TargetArgs["service"];
  const result = await makeTarget("web", {
    image: preview ? pulumi.output<string>(pulumi.unknown as never) : image,
    commit,
    attempt: 1,
    service,
    registry: new MemoryRegistry(),
    env: { NAME: { plain: "web" }, TOKEN: { secret: pulumi.secret("hunter2") } },
    providers: new Providers(leastConfig),
    engineHost: "tcp://127.0.0.1:1",
    parent: new pulumi.ComponentResource("slipway:index:Service", "web"),
  });
  const [url, ran] = await Promise.all([settled(result.url), settled(result.revision)]);
  await pulumi.runtime.disconnect();
  return { ...mock, result, url, ran };
}

/** Whether a value holds another one that is told in clear. */
function holdsInClear(value: unknown, sought: string): boolean {
  if (typeof value === "string") return value.includes(sought);
  if (typeof value !== "object" || value === null || "secret" in value) return false;
  return Object.values(value).some((inner) => holdsInClear(inner, sought));
}

describe.each(kinds)("a target of kind $kind", (kind) => {
  it("is a component below its service, and everything else stands below it, with a provider of its own", async () => {
    const { resources } = await made(kind);
    const service = urnOf("slipway:index:Service", "web");
    const component = resources.find(({ type }) => type.startsWith("slipway:target:"));
    expect([component?.name, component?.parent]).toEqual(["web", service]);
    const others = resources.filter(
      ({ type }) => type !== "slipway:index:Service" && !type.startsWith("pulumi:providers:"),
    );
    const children = others.filter(({ type }) => !type.startsWith("slipway:"));
    expect(children.filter(({ parent }) => !parent.includes("slipway:target:"))).toEqual([]);
    expect(children.filter(({ provider }) => provider === "")).toEqual([]);
  });

  it("gives the resource that runs the app the service's name", async () => {
    const { resources } = await made(kind);
    const running = resources.filter(({ type }) => type === kind.runs);
    expect(running.map(({ name }) => name)).toEqual(["web"]);
  });

  it("runs the image by its digest, and sets no commit at run time", async () => {
    const { resources } = await made(kind);
    const inputs = JSON.stringify(resources.map((resource) => resource.inputs));
    expect(inputs).toContain(image);
    expect(inputs).not.toMatch(/docker\.io\/acme\/web:/);
    expect(inputs).not.toMatch(/"app_commit"|app_commit=/);
  });

  it("passes a secret on as one, wherever it goes", async () => {
    const { resources } = await made(kind);
    expect(JSON.stringify(resources)).toContain("hunter2");
    expect(resources.filter(({ inputs }) => holdsInClear(inputs, "hunter2"))).toEqual([]);
    expect(resources.some(({ inputs }) => holdsInClear(inputs, "NAME"))).toBe(true);
  });

  it("names a URL and a revision once the platform has taken the release", async () => {
    const { url, ran } = await made(kind);
    expect(url).toMatch(/^https?:\/\/[a-z0-9.-]+(?::\d+)?$/);
    expect(ran).toEqual(expect.stringMatching(/./));
  });

  it("needs no known image for a preview, and asks nothing of the outside there", async () => {
    const { resources, ran } = await made(kind, true);
    expect(resources.filter(({ type }) => type === kind.runs)).toHaveLength(1);
    expect(ran).toBeUndefined();
  });

  it("never fails to explain a revision, also where its platform does not answer", async () => {
    const { result } = await made(kind);
    expect(await result.explain("revision-1")).toEqual(expect.any(String));
  });
});
