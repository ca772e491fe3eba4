import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it, vi } from "vitest";
import { readConfig } from "../../infra/config.ts";
import { settled } from "./mock-engine.ts";
import { leastService, leastServiceRead, serviceWith, setStackConfig } from "./stack-config.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("a configuration that is accepted", () => {
  const commit = "0123456789abcdef0123456789abcdef01234567";
  const docker = leastServiceRead.target;
  const accepted: [title: string, parts: object, read: object][] = [
    ["says the least", {}, {}],
    [
      "builds a stage of a Dockerfile elsewhere with arguments",
      {
        source: {
          context: "app/web",
          dockerfile: "docker/Dockerfile",
          stage: "debug",
          args: { A: "1" },
          platform: "linux/arm64",
        },
      },
      {
        source: {
          context: "app/web",
          dockerfile: "docker/Dockerfile",
          stage: "debug",
          args: { A: "1" },
          platform: "linux/arm64",
        },
      },
    ],
    [
      "builds the whole checkout",
      { source: { context: "." } },
      { source: { context: ".", args: {} } },
    ],
    [
      "names a repository and a port",
      { registry: { kind: "local", repository: "team/a.b-c_d", port: 65_535 } },
      { registry: { kind: "local", repository: "team/a.b-c_d", port: 65_535 } },
    ],
    [
      "opens the port to the network and keeps data",
      {
        target: {
          kind: "docker",
          port: 1,
          bind: "0.0.0.0",
          containerPort: 80,
          memory: 16,
          processes: 16,
        },
        data: { path: "/data", volume: "my_data.1-a", keep: false },
      },
      {
        target: {
          kind: "docker",
          port: 1,
          bind: "0.0.0.0",
          containerPort: 80,
          memory: 16,
          processes: 16,
        },
        data: { path: "/data", volume: "my_data.1-a", keep: false },
      },
    ],
    [
      "keeps data in a volume that is named after the service",
      { data: { path: "/var/lib/app" } },
      { data: { path: "/var/lib/app", keep: true } },
    ],
    [
      "fills in what a target leaves out",
      { target: { kind: "docker", port: 9000 } },
      { target: { ...docker, port: 9000 } },
    ],
    [
      "reads the commit from a header",
      { proof: { kind: "commit", path: "/version", header: "X-Commit", seconds: 1 } },
      { proof: { kind: "commit", path: "/version", header: "X-Commit", seconds: 1 } },
    ],
    [
      "proves health only",
      { proof: { kind: "health", path: "/healthcheck", seconds: 3_600 } },
      { proof: { kind: "health", path: "/healthcheck", seconds: 3_600 } },
    ],
    ["sets variables", { env: { _A1: "", b: "x y" } }, { env: { _A1: "", b: "x y" } }],
  ];

  it.each(accepted)("%s", (_title, parts, read) => {
    setStackConfig(serviceWith(parts));
    const { services } = readConfig();
    expect(services).toEqual({ web: { ...leastServiceRead, ...read } });
  });

  it("leaves the rest at its defaults", () => {
    vi.stubEnv("DOCKER_CONFIG", "/etc/docker-login");
    setStackConfig(serviceWith({}));
    const { services: _, secrets: __, secret, release, ...rest } = readConfig();
    expect(rest).toEqual({
      ground: undefined,
      logins: { dockerHub: undefined, googleKey: undefined, dockerConfig: "/etc/docker-login" },
      allowDirty: false,
      engineHost: undefined,
      proves: true,
      retries: false,
      tags: [],
    });
    expect([secret("none"), release("web")]).toEqual(["", undefined]);
  });

  it.each([commit, `${commit}-dirty-0123456789ab`])("names the release %s", (release) => {
    setStackConfig({ ...serviceWith({}), release });
    expect(readConfig().release("web")).toBe(release);
  });

  it("names a release for each service", () => {
    setStackConfig({ ...serviceWith({}), release: { web: commit } });
    const { release } = readConfig();
    expect([release("web"), release("api")]).toEqual([commit, undefined]);
  });

  it("takes what the stack file leaves out from the variables of existing set-ups", () => {
    const variables = {
      GCP_PROJECT_ID: "acme-staging",
      GCP_REGION: "europe-west1",
      DOCKER_HUB_USER: "acme",
      DOCKER_HUB_KEY: "key",
      GCP_SERVICE_KEY: Buffer.from('{"type":"service_account"}').toString("base64"),
      DOCKER_CONFIG: "/etc/docker-login",
    };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    const registry = { kind: "artifact-registry", host: "gcr.io" };
    setStackConfig(serviceWith({ registry, target: { kind: "cloud-run", access: "public" } }));
    const { services, logins } = readConfig();
    expect(services.web).toMatchObject({
      registry: { project: "acme-staging" },
      target: { project: "acme-staging", region: "europe-west1" },
    });
    expect(logins).toEqual({
      dockerHub: { username: "acme", password: "key" },
      googleKey: '{"type":"service_account"}',
      dockerConfig: "/etc/docker-login",
    });
  });

  it.each([
    ["true", true],
    ["false", false],
  ])("says allowDirty: %s as a text, as pulumi config set writes it", (text, meaning) => {
    setStackConfig({ ...serviceWith({}), allowDirty: text });
    expect(readConfig().allowDirty).toBe(meaning);
  });

  it("names the engine", () => {
    setStackConfig({ ...serviceWith({}), engine: { host: "unix:///run/docker.sock" } });
    expect(readConfig().engineHost).toBe("unix:///run/docker.sock");
  });

  it.each(["a", "web", "a-1", `a${"b".repeat(36)}c`])("calls a service %s", (name) => {
    setStackConfig({ services: { [name]: leastService } });
    expect(readConfig().services).toEqual({ [name]: leastServiceRead });
  });

  it("leaves alone what other programs keep in the stack file", () => {
    setStackConfig(serviceWith({}));
    pulumi.runtime.setConfig("docker:host", "unix:///run/docker.sock");
    expect(readConfig().services).toEqual({ web: leastServiceRead });
  });

  it.each([
    ["on", true],
    ["off", false],
  ])("proves as SLIPWAY_PROOF=%s says", (value, proves) => {
    setStackConfig(serviceWith({}));
    vi.stubEnv("SLIPWAY_PROOF", value);
    expect(readConfig().proves).toBe(proves);
  });

  it("hands the secrets over as one secret", async () => {
    setStackConfig(
      { ...serviceWith({ env: { TOKEN: { secret: "token" } } }), secrets: { token: "hunter2" } },
      ["secrets"],
    );
    const { secrets, services } = readConfig();
    expect(services.web?.env).toEqual({ TOKEN: { secret: "token" } });
    expect(await pulumi.isSecret(secrets)).toBe(true);
    expect(await settled(secrets)).toEqual({ token: "hunter2" });
  });
});
