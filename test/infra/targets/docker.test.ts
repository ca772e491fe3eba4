import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import type { TargetConfig } from "../../../infra/config/schema.ts";
import { Providers } from "../../../infra/providers.ts";
import { makeTarget, type TargetArgs } from "../../../infra/targets/target.ts";
import { MemoryRegistry } from "../memory-registry.ts";
import { mockEngine, settled, urnOf } from "../mock-engine.ts";
import { leastConfig, leastServiceRead } from "../stack-config.ts";

const image = `localhost:5055/web@sha256:${"1".repeat(64)}`;
const serviceUrn = urnOf("slipway:index:Service", "web");
const targetUrn = urnOf("slipway:index:Service$slipway:target:Docker", "web");
const docker = urnOf("pulumi:providers:docker", "docker");

/** A target and all that was registered on its way. */
async function made(target: TargetConfig, more: Partial<TargetArgs> = {}, preview = false) {
  const { resources } = await mockEngine({ preview });
  const parent = new pulumi.ComponentResource("slipway:index:Service", "web");
  const args: TargetArgs = {
    image,
    commit: "0123456789abcdef0123456789abcdef01234567",
    attempt: 1,
    service: { ...leastServiceRead, target },
    registry: new MemoryRegistry(),
    env: {},
    providers: new Providers(leastConfig),
    engineHost: undefined,
    parent,
  };
  const result = await makeTarget("web", { ...args, ...more });
  const [url, revision] = await Promise.all([settled(result.url), settled(result.revision)]);
  return { resources: resources.toSorted((a, b) => (a.type < b.type ? -1 : 1)), url, revision };
}

const service = {
  type: "slipway:index:Service",
  name: "web",
  parent: "",
  provider: "",
  inputs: {},
  options: {},
};
const provider = {
  type: "pulumi:providers:docker",
  name: "docker",
  parent: "",
  provider: "",
  inputs: {},
  options: {},
};
const component = {
  type: "slipway:target:Docker",
  name: "web",
  parent: serviceUrn,
  provider: "",
  inputs: {},
  options: {},
};
const container = {
  type: "docker:index/container:Container",
  name: "web",
  parent: targetUrn,
  provider: docker,
  inputs: {
    image,
    envs: ["PORT=8000"],
    ports: [{ internal: 8000, external: 8000, ip: "127.0.0.1" }],
    readOnly: true,
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
    memory: 256,
    memorySwap: 256,
    ulimits: [{ name: "nproc", soft: 256, hard: 256 }],
    tmpfs: { "/tmp": "rw,noexec,nosuid,size=64m" },
    restart: "unless-stopped",
    destroyGraceSeconds: 10,
    labels: [
      { label: "slipway.stack", value: "dev" },
      { label: "slipway.service", value: "web" },
    ],
  },
  options: { deleteBeforeReplace: true, replaceOnChanges: ["*"] },
};

describe("the docker target", () => {
  it("is one hardened container within a component", async () => {
    const { resources, url, revision } = await made(leastServiceRead.target);
    expect(resources).toEqual([container, provider, service, component]);
    expect({ url, revision }).toEqual({ url: "http://localhost:8000", revision: "web-id" });
  });

  it("follows its configuration", async () => {
    const { resources, url } = await made({
      kind: "docker",
      port: 9000,
      bind: "0.0.0.0",
      containerPort: 80,
      memory: 64,
      processes: 32,
    });
    const inputs = {
      ...container.inputs,
      envs: ["PORT=80"],
      ports: [{ internal: 80, external: 9000, ip: "0.0.0.0" }],
      memory: 64,
      memorySwap: 64,
      ulimits: [{ name: "nproc", soft: 32, hard: 32 }],
    };
    expect(resources).toEqual([{ ...container, inputs }, provider, service, component]);
    expect(url).toBe("http://localhost:9000");
  });

  it.each([
    {
      title: "in a volume that is named after the stack and outlives it",
      data: { path: "/data", keep: true },
      name: "slipway-dev-web",
      options: { retainOnDelete: true },
    },
    {
      title: "in a volume of a name of its own that goes with the stack",
      data: { path: "/data", volume: "web_1", keep: false },
      name: "web_1",
      options: {},
    },
  ])("keeps data $title", async ({ data, name, options }) => {
    const { target } = leastServiceRead;
    const { resources } = await made(target, { service: { ...leastServiceRead, data } });
    const inputs = {
      ...container.inputs,
      volumes: [{ volumeName: name, containerPath: "/data" }],
    };
    const volume = {
      type: "docker:index/volume:Volume",
      name: "web-data",
      parent: targetUrn,
      provider: docker,
      inputs: { name },
      options,
    };
    expect(resources).toEqual([{ ...container, inputs }, volume, provider, service, component]);
  });

  it("sets variables in the order of their names, and a secret one stays secret", async () => {
    const env = {
      zone: { plain: "z" },
      TOKEN: { secret: pulumi.secret("hunter2") },
      Alpha: { plain: "a=b" },
    };
    const { resources } = await made(leastServiceRead.target, { env });
    const envs = ["Alpha=a=b", "PORT=8000", { secret: "TOKEN=hunter2" }, "zone=z"];
    const inputs = { ...container.inputs, envs };
    expect(resources).toEqual([{ ...container, inputs }, provider, service, component]);
  });

  it("knows its URL in a preview, and neither the image nor the revision", async () => {
    const { resources, url, revision } = await made(
      leastServiceRead.target,
      { image: pulumi.output<string>(pulumi.unknown as never) },
      true,
    );
    expect(resources.find(({ type }) => type === container.type)?.inputs).toEqual({
      ...container.inputs,
      image: "<unknown>",
    });
    expect({ url, revision }).toEqual({ url: "http://localhost:8000", revision: undefined });
  });
});
