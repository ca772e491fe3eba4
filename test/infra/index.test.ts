import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks.js";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { type Commit, readCommit } from "../../infra/commit.ts";
import corridor from "../../infra/index.ts";
import { fakeRegistry, listen } from "./fake-registry.ts";
import { type MockEngineArgs, mockEngine, settled, urnOf } from "./mock-engine.ts";
import { setStackConfig } from "./stack-config.ts";

vi.mock("../../infra/commit.ts");

const hash = "0123456789abcdef0123456789abcdef01234567";
const clean: Commit = { id: hash, branch: "main", differences: [] };
const dirty: Commit = {
  id: `${hash}-dirty-0123456789ab`,
  branch: "main",
  differences: ["app/a b.py", "app/main.py"],
};

beforeEach(() => {
  vi.mocked(readCommit).mockReset().mockReturnValue(clean);
  vi.stubEnv("SLIPWAY_PROOF", undefined);
  vi.stubEnv("SLIPWAY_REBUILD", undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

interface Given {
  readonly services?: readonly string[];
  readonly service?: object;
  readonly stack?: Readonly<Record<string, unknown>>;
  readonly serves?: string;
  readonly engine?: MockEngineArgs;
}

const manifest = {
  type: "application/vnd.docker.distribution.manifest.v2+json",
  content: Buffer.from("{}"),
};

/** A machine for one run: a registry that takes what the provider pushes, and an app that serves a commit. */
async function machine({ services = ["web"], service, stack, serves = hash, engine }: Given = {}) {
  const registry = await fakeRegistry();
  const requests: string[] = [];
  const app = await listen((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    response.end(JSON.stringify({ commit: serves }));
  });
  const push = (imageName: string): string => {
    const [, path = "", tag] = /^[^/]+\/(.+):([^:]+)$/.exec(imageName) ?? [];
    return `localhost:${registry.port}/${path}@${registry.hold(path, manifest, tag)}`;
  };
  const pulumiEngine = await mockEngine({ push, ...engine });
  const each = (port: number) => ({
    source: { context: "app" },
    registry: { kind: "local", port: registry.port },
    target: { kind: "docker", port },
    proof: { kind: "commit", path: "/", field: "commit", seconds: 1 },
    ...service,
  });
  const configured = services.map((name, index) => [name, each(app.port + index)]);
  setStackConfig({ services: Object.fromEntries(configured), ...stack });
  const digest = registry.hold("elsewhere", manifest);
  return { registry, app, requests, digest, ...pulumiEngine };
}

async function run(): Promise<Record<string, unknown>> {
  const outputs = Object.entries(await corridor());
  const values = outputs.map(async ([name, output]) => [name, await settled(output)] as const);
  return Object.fromEntries(await Promise.all(values));
}

const names = (resources: readonly { type: string; name: string }[]) =>
  resources.map(({ type, name }) => `${type} ${name}`).toSorted();

const serviceUrn = urnOf("slipway:index:Service", "web");
const targetUrn = urnOf("slipway:index:Service$slipway:target:Docker", "web");
const dockerUrn = urnOf("pulumi:providers:docker", "docker");

describe("the corridor", () => {
  it("goes from a commit to a URL that proves it", async () => {
    const { registry, app, requests, digest, resources, logs } = await machine({
      service: { env: { TOKEN: { secret: "token" }, NAME: "web" } },
      stack: { secrets: { token: "hunter2" }, engine: { host: "unix:///run/engine.sock" } },
    });
    const outputs = await run();

    const url = `http://localhost:${app.port}`;
    const repository = `localhost:${registry.port}/web`;
    const image = `${repository}@${digest}`;
    expect(outputs).toEqual({
      web: { url, image, commit: hash, branch: "main", servedCommit: hash },
    });
    expect(requests).toEqual(["GET /", "GET /", "GET /"]);
    expect(logs).toEqual([`info: proven: ${url} serves ${hash}`]);
    expect(registry.manifests.get("web:main")).toEqual(manifest);
    expect(resources.toSorted((a, b) => (a.type < b.type ? -1 : 1))).toEqual([
      {
        type: "docker:index/container:Container",
        name: "web",
        parent: targetUrn,
        provider: dockerUrn,
        inputs: {
          image,
          envs: ["NAME=web", "PORT=8000", { secret: "TOKEN=hunter2" }],
          ports: [{ internal: 8000, external: app.port, ip: "127.0.0.1" }],
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
      },
      {
        type: "docker:index/image:Image",
        name: "web",
        parent: serviceUrn,
        provider: dockerUrn,
        inputs: {
          imageName: `${repository}:${hash}`,
          build: {
            context: "../app",
            dockerfile: "../app/Dockerfile",
            args: { app_commit: hash, app_branch: "main" },
          },
          buildOnPreview: false,
          skipPush: false,
        },
        options: {},
      },
      {
        type: "pulumi:providers:docker",
        name: "docker",
        parent: "",
        provider: "",
        inputs: { host: "unix:///run/engine.sock" },
        options: {},
      },
      {
        type: "slipway:index:Service",
        name: "web",
        parent: "",
        provider: "",
        inputs: {},
        options: {},
      },
      {
        type: "slipway:target:Docker",
        name: "web",
        parent: serviceUrn,
        provider: "",
        inputs: {},
        options: {},
      },
    ]);
  });

  it("takes several services through one provider", async () => {
    const { resources } = await machine({ services: ["web", "api"], engine: { preview: true } });
    const outputs = await run();
    expect(Object.keys(outputs)).toEqual(["web", "api"]);
    expect(names(resources)).toEqual([
      "docker:index/container:Container api",
      "docker:index/container:Container web",
      "docker:index/image:Image api",
      "docker:index/image:Image web",
      "pulumi:providers:docker docker",
      "slipway:index:Service api",
      "slipway:index:Service web",
      "slipway:target:Docker api",
      "slipway:target:Docker web",
    ]);
  });

  it("takes what somebody else built of the commit", async () => {
    const { registry, resources } = await machine();
    const digest = registry.hold("web", manifest, hash);
    const outputs = await run();
    expect(outputs.web).toMatchObject({ image: `localhost:${registry.port}/web@${digest}` });
    expect(names(resources)).toEqual([
      "docker:index/container:Container web",
      "pulumi:providers:docker docker",
      "slipway:index:Service web",
      "slipway:target:Docker web",
    ]);
  });

  it("asks no URL in a preview, where it does not know what it will deliver", async () => {
    const { registry, requests, resources } = await machine({ engine: { preview: true } });
    expect(await run()).toEqual({ web: undefined });
    expect(requests).toEqual([]);
    expect(registry.requests).toEqual([`HEAD /v2/web/manifests/${hash}`]);
    expect(names(resources)).toContain("docker:index/image:Image web");
  });

  it("fails when the URL serves another commit", async () => {
    const { app } = await machine({ serves: "f".repeat(40) });
    await expect(run()).rejects.toThrow(
      new RegExp(
        `^web: http://localhost:${app.port}/ should serve commit ${hash} and in 1 s gave: commit f{40}; no earlier release is proven; mend the app and deliver again`,
      ),
    );
  });

  it("records in the state what it tries, although it comes to no proof", async () => {
    const told = vi.spyOn(MockMonitor.prototype, "registerResourceOutputs");
    onTestFinished(() => told.mockRestore());
    const { registry, digest } = await machine({ serves: "f".repeat(40) });
    await expect(run()).rejects.toThrow("should serve");
    const recorded = told.mock.calls
      .filter(([request]) => request.getUrn() === serviceUrn)
      .map(([request]) => request.getOutputs().toJavaScript());
    expect(recorded).toEqual([{ image: `localhost:${registry.port}/web@${digest}`, attempt: 1 }]);
  });

  it("does not begin with a configuration that has problems", async () => {
    const { resources } = await machine({ stack: { colour: "red" } });
    await expect(corridor()).rejects.toBeInstanceOf(pulumi.RunError);
    expect(resources).toEqual([]);
  });
});

describe("a context that differs from its commit", () => {
  it("is refused unless the stack allows it", async () => {
    vi.mocked(readCommit).mockReturnValue(dirty);
    const { resources } = await machine();
    await expect(run()).rejects.toThrow(
      new pulumi.RunError(
        "web: 2 files differ from the commit in app (app/a b.py, app/main.py); commit the change, or set slipway:allowDirty in this stack",
      ),
    );
    expect(names(resources)).not.toContain("docker:index/image:Image web");
  });

  it("is delivered under a name of its own, said aloud, and moves no branch's tag", async () => {
    vi.mocked(readCommit).mockReturnValue(dirty);
    const { registry, app, logs } = await machine({
      stack: { allowDirty: true },
      serves: dirty.id,
    });
    const outputs = await run();
    expect(outputs.web).toMatchObject({ commit: dirty.id, servedCommit: dirty.id });
    expect(logs).toEqual([
      `warn: web: 2 files differ from the commit in app (app/a b.py, app/main.py); this delivers ${dirty.id}`,
      `info: proven: http://localhost:${app.port} serves ${dirty.id}`,
    ]);
    expect([...registry.manifests.keys()]).not.toContain("web:main");
  });
});

describe("an earlier release", () => {
  const release = "89abcdef0123456789abcdef0123456789abcdef";

  it("is looked up, deployed and proven, without git and without a build", async () => {
    const { registry, app, resources } = await machine({ stack: { release }, serves: release });
    const digest = registry.hold("web", manifest, release);
    expect(await run()).toEqual({
      web: {
        url: `http://localhost:${app.port}`,
        image: `localhost:${registry.port}/web@${digest}`,
        commit: release,
        branch: "unknown",
        servedCommit: release,
      },
    });
    expect(readCommit).not.toHaveBeenCalled();
    expect(names(resources)).toEqual([
      "docker:index/container:Container web",
      "pulumi:providers:docker docker",
      "slipway:index:Service web",
      "slipway:target:Docker web",
    ]);
    expect(registry.requests).toEqual([
      `HEAD /v2/web/manifests/${release}`,
      "HEAD /v2/web/manifests/live-dev",
      `GET /v2/web/manifests/${digest}`,
      "PUT /v2/web/manifests/live-dev",
    ]);
  });

  it("that the registry does not hold is refused", async () => {
    const { registry } = await machine({ stack: { release } });
    await expect(run()).rejects.toThrow(
      new pulumi.RunError(
        `slipway:release: localhost:${registry.port}/web holds no image of ${release} for web; name a commit that was delivered from there`,
      ),
    );
  });
});
