import { Container, type ContainerArgs } from "@pulumi/docker/container.js";
import { Network } from "@pulumi/docker/network.js";
import { Volume } from "@pulumi/docker/volume.js";
import type * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freePort } from "../../../../rehearsal/free-port.ts";
import { docker } from "../../engine.ts";
import { type RehearsedStack, rehearsedStack } from "./rehearsed-stack.ts";

// `docker.Container` through the real engines of Pulumi and Docker, rule by rule of its contract.

let stack: RehearsedStack;
const image = "python:3.12-slim";
const serve = ["python3", "-m", "http.server", "8000"];

beforeEach(async () => {
  stack = await rehearsedStack();
});
afterEach(() => stack.dispose());

/** A program with one container; its name begins with the stack's id, so that it is found and removed. */
const program =
  (args: Partial<ContainerArgs> = {}, options: pulumi.CustomResourceOptions = {}) =>
  async () => {
    const container = new Container(stack.id, { image, command: serve, ...args }, options);
    const { name, exitCode, containerLogs, networkDatas, bridge, mustRun, healthcheck } = container;
    return {
      id: container.id,
      name,
      exitCode,
      containerLogs,
      networkDatas,
      bridge,
      mustRun,
      healthcheck,
    };
  };

const running = async () =>
  (await docker.listContainers({ filters: { name: [stack.id] } })).map(({ Id }) => Id);
const own = (steps: readonly string[]) => steps.map((step) => step.replaceAll(stack.id, "it"));

test("a hardened container comes up, is quiet in the next preview and refresh, and goes", async () => {
  const port = await freePort();
  const hardened = program({
    ports: [{ internal: 8000, external: port, ip: "127.0.0.1" }],
    envs: ["b=2", "a=1"],
    readOnly: true,
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges:true"],
    memory: 64,
    memorySwap: 64,
    cpus: "0.5",
    tmpfs: { "/tmp": "rw,size=16m" },
    ulimits: [{ name: "nproc", soft: 64, hard: 64 }],
    restart: "unless-stopped",
    destroyGraceSeconds: 1,
    labels: [{ label: "one", value: "1" }],
    healthcheck: { tests: ["CMD", "true"], interval: "90s" },
    logOpts: { "max-size": "1m" },
  });
  const up = await stack.up(hardened);
  expect(own(up.steps)).toEqual(["create it"]);
  expect(up.outputs.id?.value).toMatch(/^[0-9a-f]{64}$/);
  expect(up.outputs.name?.value).toMatch(new RegExp(`^${stack.id}-[0-9a-f]{7}$`));
  expect(up.outputs.bridge?.value).toBe("");
  expect(up.outputs.networkDatas?.value).toEqual([
    expect.objectContaining({
      networkName: "bridge",
      ipPrefixLength: 16,
      ipAddress: expect.stringMatching(/^\d/),
    }),
  ]);
  expect((await fetch(`http://127.0.0.1:${port}`)).status).toBe(200);
  expect((await stack.preview(hardened)).steps).toEqual([]);
  const refreshed = await stack.up(hardened, { refresh: true });
  expect(own(refreshed.steps)).toEqual(["refresh it"]);
  expect(refreshed.outputs.name?.value).toBe(up.outputs.name?.value);
  await stack.destroy();
  expect(await docker.listContainers({ all: true, filters: { name: [stack.id] } })).toEqual([]);
});

test("limits change in place, all else replaces, and the old one goes first", async () => {
  await stack.up(program({ memory: 64, memorySwap: 64 }));
  const [first] = await running();
  const limits = await stack.up(program({ memory: 96, memorySwap: 96, restart: "always" }));
  expect(own(limits.steps)).toEqual(["update it: memory, memorySwap, restart"]);
  expect(await running()).toEqual([first]);
  const { HostConfig } = await docker.getContainer(first ?? "").inspect();
  expect([HostConfig.Memory, HostConfig.RestartPolicy?.Name]).toEqual([96 * 1024 * 1024, "always"]);
  const replaced = await stack.up(
    program({ memory: 96, memorySwap: 96, restart: "always", envs: ["a=1"] }),
  );
  expect(own(replaced.steps)).toEqual([
    "delete-replaced it",
    "replace it: envs",
    "create-replacement it: envs",
  ]);
  expect(await running()).not.toEqual([first]);
});

test("memory without memorySwap and capabilities without CAP_ are shown again and again", async () => {
  const noisy = program({ memory: 64, capabilities: { adds: ["net_admin"] } });
  await stack.up(noisy);
  const { HostConfig } = await docker.getContainer((await running())[0] ?? "").inspect();
  expect(HostConfig.CapAdd).toEqual(["CAP_NET_ADMIN"]);
  expect(own((await stack.preview(noisy)).steps)).toEqual([
    "delete-replaced it",
    "replace it: capabilities.adds, memorySwap",
    "create-replacement it: capabilities.adds, memorySwap",
  ]);
});

test("tmpfs is shown as an update, while the container stays as it is", async () => {
  await stack.up(program());
  const [id = ""] = await running();
  const changed = program({ tmpfs: { "/tmp": "rw" } });
  expect(own((await stack.up(changed)).steps)).toEqual(["update it: tmpfs"]);
  expect((await docker.getContainer(id).inspect()).HostConfig.Tmpfs ?? {}).toEqual({});
  expect((await stack.preview(changed)).steps).toEqual([]);
});

test("one that has stopped is started again, and one with ports replaced", async () => {
  await stack.up(program());
  const [id = ""] = await running();
  await docker.getContainer(id).kill();
  expect(own((await stack.up(program(), { refresh: true })).steps)).toEqual([
    "refresh it",
    "update it: mustRun",
  ]);
  expect(await running()).toEqual([id]);

  const withPort = program({ ports: [{ internal: 8000 }] });
  await stack.up(withPort);
  expect((await stack.preview(withPort)).steps).toEqual([]);
  await docker.getContainer((await running())[0] ?? "").kill();
  const drifted = await stack.up(withPort, { refresh: true });
  expect(own(drifted.steps)).toContain("create-replacement it: mustRun, ports");
});

test("one that is gone is made again after a refresh", async () => {
  await stack.up(program());
  await docker.getContainer((await running())[0] ?? "").remove({ force: true });
  const { steps } = await stack.up(program(), { refresh: true });
  expect(own(steps)).toEqual(["refresh it", "create it"]);
});

test("a port that is taken is an init error in the engine's words, and the container is kept in the state", async () => {
  const port = await freePort();
  const blocker = await docker.createContainer({
    name: `${stack.id}-blocker`,
    Image: image,
    Cmd: ["sleep", "60"],
    ExposedPorts: { "8000/tcp": {} },
    HostConfig: { PortBindings: { "8000/tcp": [{ HostIp: "127.0.0.1", HostPort: String(port) }] } },
  });
  await blocker.start();
  const args = { ports: [{ internal: 8000, external: port, ip: "127.0.0.1" }] };
  const failed = await stack.up(program(args));
  expect(failed.succeeded).toBe(false);
  expect(failed.errors.join("\n")).toContain("port is already allocated");
  const state = stack.state(stack.id);
  expect(state.initErrors).toHaveLength(1);
  expect(state.id).toMatch(/^[0-9a-f]{64}$/);

  await blocker.remove({ force: true });
  const again = await stack.up(
    program(args, { replaceOnChanges: ["*"], deleteBeforeReplace: true }),
  );
  expect(again.succeeded).toBe(true);
  expect((await fetch(`http://127.0.0.1:${port}`)).status).toBe(200);
});

test("waiting ends with health, and fails without a health check or in time", async () => {
  const none = await stack.up(program({ wait: true }));
  expect(none.errors.join("\n")).toContain(
    "wait: the container has no health check; give it one, or the image, or leave wait out",
  );
  expect(await running()).toHaveLength(1);
  const healthcheck = (command: string) => ({
    tests: ["CMD", command],
    interval: "1s",
    retries: 1,
  });
  const well = program({ wait: true, healthcheck: healthcheck("true") });
  expect((await stack.up(well)).errors).toEqual([]);
  const sick = program({ wait: true, waitTimeout: 2, healthcheck: healthcheck("false") });
  expect((await stack.up(sick)).errors.join("\n")).toContain(
    "failed to be in healthy state within 2 seconds",
  );
  expect(await running()).toHaveLength(1);
});

test("a job is waited for, its output and its exit code are outputs, and it runs again unless mustRun is false", async () => {
  // More than would fit into a request's line and headers.
  const envs = Array.from({ length: 10 }, (_, index) => `LARGE_${index}=${"x".repeat(110_000)}`);
  const job = {
    attach: true,
    logs: true,
    command: ["sh", "-c", "echo out; echo err >&2; exit 3"],
    envs,
  };
  const once = await stack.up(program({ ...job, mustRun: false }));
  expect(once.outputs.exitCode?.value).toBe(3);
  expect(String(once.outputs.containerLogs?.value).split("\n").sort()).toEqual(["", "err", "out"]);
  expect((await stack.preview(program({ ...job, mustRun: false }))).steps).toEqual([]);
  const always = program({ ...job, mustRun: true });
  expect(own((await stack.up(always)).steps)).toEqual(["update it: mustRun"]);
});

test("files are uploaded, volumes and networks joined, and only those networks", async () => {
  stack.write("files/source.txt", "from a file");
  const both = async () => {
    const network = new Network(`${stack.id}-net`, { name: `${stack.id}-net` });
    const volume = new Volume(`${stack.id}-data`, { name: `${stack.id}-data` });
    return program({
      attach: true,
      logs: true,
      mustRun: false,
      command: [
        "sh",
        "-c",
        "cat /in/a /in/b /in/c; stat -c %a /in/a; grep -c ' /data ' /proc/mounts",
      ],
      uploads: [
        { file: "/in/a", content: "given\n", permissions: "0600" },
        { file: "/in/b", contentBase64: Buffer.from("coded\n").toString("base64") },
        { file: "/in/c", source: "files/source.txt" },
      ],
      volumes: [{ volumeName: volume.name, containerPath: "/data" }],
      networksAdvanced: [{ name: network.name, aliases: ["web"] }],
    })();
  };
  const { outputs, errors } = await stack.up(both);
  expect(errors).toEqual([]);
  expect(outputs.containerLogs?.value).toBe("given\ncoded\nfrom a file600\n1\n");
  const found = await docker.getContainer(String(outputs.id?.value)).inspect();
  expect(Object.keys(found.NetworkSettings.Networks)).toEqual([`${stack.id}-net`]);
  expect((await stack.preview(both)).steps).toEqual([]);
});

test("what cannot be is refused by its property path in the preview", async () => {
  const { errors } = await stack.preview(
    program({
      restart: "sometimes",
      memory: -1,
      cpuSet: "a",
      volumes: [{ hostPath: "relative", containerPath: "/x" }],
      mounts: [{ type: "wrong", target: "/y" }],
      healthcheck: { tests: ["CMD", "true"], interval: "soon" },
    }),
  );
  const said = errors.join("\n");
  for (const line of [
    'restart: "sometimes" is not one of no, on-failure, always, unless-stopped',
    "-1 is less than 0",
    '"a" is not a set of CPUs, such as 0-2,4',
    '"relative" is not an absolute path',
    '"wrong" is not one of bind, volume, tmpfs',
    '"soon" is not a duration, such as 30s or 1m30s',
  ]) {
    expect(said).toContain(line.replace(/^restart: /, ""));
  }
});

test("a container is imported by its id, and quiet afterwards", async () => {
  const made = await docker.createContainer({
    name: `${stack.id}-found`,
    Image: image,
    Cmd: serve,
  });
  await made.start();
  const args = { name: `${stack.id}-found` };
  const { errors, steps } = await stack.up(program(args, { import: made.id }));
  expect({ errors, steps: own(steps) }).toEqual({
    errors: [],
    steps: [
      "import it",
      // The provider's own settings are in no container.
      "update it: containerReadRefreshTimeoutMilliseconds, removeVolumes, start, waitTimeout",
    ],
  });
  expect((await stack.preview(program(args))).steps).toEqual([]);
  expect(await running()).toEqual([made.id]);
});

test("an image that is nowhere fails before anything is made", async () => {
  const { errors } = await stack.up(program({ image: "127.0.0.1:1/none:1" }));
  expect(errors.join("\n")).toMatch(
    /unable to create a container with image 127\.0\.0\.1:1\/none:1: .*connection refused/,
  );
  expect(await docker.listContainers({ all: true, filters: { name: [stack.id] } })).toEqual([]);
});
