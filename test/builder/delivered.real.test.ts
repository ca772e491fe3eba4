import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Container } from "dockerode";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { databaseContainer } from "../../rehearsal/database/database.ts";
import type { Delivery } from "../../rehearsal/deliver.ts";
import { freePort } from "../../rehearsal/free-port.ts";
import type { Workplace } from "../../rehearsal/workplace.ts";
import { prepareDelivery, type TestDelivery } from "../rehearsal/delivery.ts";
import { docker, runToEnd } from "../rehearsal/engine.ts";
import { served } from "../rehearsal/served.ts";
import { until } from "../rehearsal/until.ts";
import { type EngineDoor, openEngineDoor } from "./engine-door.ts";
import { begun, ended, upload } from "./service-client.ts";

// The builder by the stack file that the tree ships, in a rehearsal: this machine's engine plays the one elsewhere that it builds
// on, behind a door that asks for a certificate.

const name = `delivered-${randomBytes(4).toString("hex")}`;
const token = `slw_${randomBytes(24).toString("hex")}`;

let at: TestDelivery;
let door: EngineDoor;
/** The image that was delivered. */
let image: string;

beforeAll(async () => {
  [at, door] = await Promise.all([prepareDelivery(400), gateway().then(openEngineDoor)]);
  const { ca, client } = door.certificates;
  const registry = await addressOnBridge(at.registry.port);
  const workerPort = await freePort();
  at.configure((config) => {
    const { builder } = config["slipway:services"];
    if (builder === undefined) throw new Error("Pulumi.builder.yaml has no service builder");
    builder.registry.port = at.registry.port;
    const env = { DOCKER_HOST: door.host, REGISTRY: `http://${registry}:5000`, BUILDER_NAME: name };
    const builders = Object.assign(builder.env as object, env);
    const target = { kind: "docker", port: workerPort, memory: 1024 };
    const asWorker = { ...builders, BUILDER_ROLE: "worker", BUILDER_NAME: `${name}-more` };
    config["slipway:services"].worker = { ...builder, target, env: asWorker };
    config["slipway:secrets"] = {
      tokens: `ci ${createHash("sha256").update(token).digest("hex")}`,
      database: "brought by the rehearsal",
      "engine-ca": ca,
      "engine-cert": client.cert,
      "engine-key": client.key,
    };
  }, "builder");
  at.commit("What the builder is given from outside");
});

afterAll(async () => {
  await at?.run("rehearse", ["--stack", "builder", "--destroy"]);
  for (const { Id } of await ownContainers()) {
    await docker.getContainer(Id).remove({ force: true, v: true });
  }
  for (const volume of await ownVolumes()) await docker.getVolume(volume).remove();
  for (const network of await ownNetworks()) await docker.getNetwork(network).remove();
  await door?.close();
  await at?.clear();
});

test("it serves its commit, has a worker of its own beside it, builds on the engine elsewhere, pushes, and leaves nothing behind", {
  timeout: 900_000,
}, async () => {
  const ran = await at.run("rehearse", ["--stack", "builder", "--json"]);
  expect({ code: ran.code, ...(ran.code !== 0 && ran) }).toEqual({ code: 0 });
  const { builder, worker } = (JSON.parse(ran.stdout) as Delivery).services;
  const url = builder?.url ?? "";
  image = builder?.image ?? "";
  expect(builder).toMatchObject({ commit: at.head(), servedCommit: at.head() });
  expect(await served(`${url}/healthz`)).toMatchObject({ commit: at.head(), branch: "main" });
  expect((await fetch(`${url}/v1/builds`)).status).toBe(401);
  expect(worker).toMatchObject({ servedCommit: at.head() });
  const ready = await until("the worker's readiness", () => answerOf(`${worker?.url}/readyz`));
  expect(ready).toMatchObject({ status: "ready", role: "worker" });
  const headers = { authorization: `Bearer ${token}` };
  expect((await fetch(`${worker?.url}/v1/builds`, { headers })).status).toBe(404);

  const dockerfile = `FROM python:3.12-slim\nRUN echo ${name} > /made\nCMD ["cat", "/made"]\n`;
  const id = await upload(url, token, { name: "team/hello", tag: "1.0", dockerfile });
  const { log, ...status } = await ended(url, token, id);
  expect({ ...status, log: status.push_status === "Failed" ? log : "" }).toEqual({
    build_status: "Completed",
    push_status: "Completed",
    log: "",
  });
  expect(door.entered()).toBeGreaterThan(0);
  expect((await ownContainers()).length).toBeGreaterThan(0);
  const digest = await at.registry.digestOf("1.0", "team/hello");
  expect(await runPulled(`localhost:${at.registry.port}/team/hello@${digest}`)).toEqual({
    code: 0,
    output: `${name}\r\n`,
  });

  const endless = `FROM python:3.12-slim\nRUN sleep 600\n`;
  await begun(
    url,
    token,
    await upload(url, token, { name: "endless", tag: "1", dockerfile: endless }),
  );
  const kept = rehearsalsStores();
  expect(await existing(kept)).toEqual(kept);
  const { code } = await at.run("rehearse", ["--stack", "builder", "--destroy"]);
  expect(code).toBe(0);
  expect(await at.containers()).toEqual([]);
  expect(await existing(kept)).toEqual([]);
  expect(await ownContainers()).toEqual([]);
});

describe("by itself, its image", () => {
  const tokens = `BUILDER_TOKENS=ci ${"0".repeat(64)}`;
  const registry = "REGISTRY=registry.example.com/team";

  test.each([
    [
      "tokens",
      [registry],
      /^HOST: 0\.0\.0\.0 can be reached from elsewhere, and there are no tokens; /,
    ],
    [
      "a registry",
      [tokens],
      /^REGISTRY: required, because this container's own localhost has no registry; /,
    ],
    [
      "certificates",
      [tokens, registry, "DOCKER_HOST=tcp://builders.example.com:2376"],
      /^DOCKER_HOST: tcp:\/\/builders\.example\.com without certificates hands the engine's machine to /,
    ],
    [
      "an engine",
      [tokens, registry],
      /^DOCKER_HOST: no engine answers at unix:\/\/\/var\/run\/docker\.sock; /m,
    ],
  ])("says that it lacks %s, and ends", async (_what, Env, words) => {
    const { code, output } = await runToEnd({ Image: image, Env, HostConfig: asDelivered });
    expect({ code, output }).toEqual({ code: 1, output: expect.stringMatching(words) });
  });

  test("keeps its database in a volume where it is given no Postgres", async () => {
    const { ca, client } = door.certificates;
    const container = await docker.createContainer({
      Image: image,
      Env: [
        tokens,
        registry,
        `BUILDER_NAME=${name}`,
        `DOCKER_HOST=${door.host}`,
        `DOCKER_CA_PEM=${ca}`,
        `DOCKER_CERT_PEM=${client.cert}`,
        `DOCKER_KEY_PEM=${client.key}`,
      ],
      Volumes: { "/data": {} },
      HostConfig: { ...asDelivered, Memory: 2 ** 31, MemorySwap: 2 ** 31 },
    });
    try {
      await container.start();
      const { NetworkSettings } = await container.inspect();
      const address = NetworkSettings.Networks.bridge?.IPAddress;
      const ready = await until("the builder's readiness", async () => {
        if (!(await container.inspect()).State.Running) throw new Error(await logOf(container));
        return answerOf(`http://${address}:8000/readyz`);
      });
      expect(ready).toMatchObject({ status: "ready", role: "all", workers: 1 });
      await container.stop({ t: 10 });
      expect((await container.inspect()).State).toMatchObject({ ExitCode: 0, OOMKilled: false });
      expect(await ownContainers()).toEqual([]);
    } finally {
      await container.remove({ force: true, v: true });
    }
  });
});

/** Undefined while it does not answer, or answers that all is not well. */
async function answerOf(url: string): Promise<unknown> {
  const answer = await fetch(url).catch(() => undefined);
  return answer?.ok ? answer.json() : undefined;
}

async function logOf(container: Container): Promise<string> {
  return (await container.logs({ stdout: true, stderr: true })).toString();
}

/** What Slipway's containers on a Docker engine are given, and no more. */
const asDelivered = {
  ReadonlyRootfs: true,
  CapDrop: ["ALL"],
  SecurityOpt: ["no-new-privileges:true"],
  Tmpfs: { "/tmp": "rw,noexec,nosuid,size=64m" },
};

/** The names of the volumes and of the database in which the rehearsal keeps what the services are given. */
function rehearsalsStores(): string[] {
  const folder = join(at.folder, ".slipway", "rehearse", "builder");
  const { config } = parse(readFileSync(join(folder, "Pulumi.builder.yaml"), "utf8")) as {
    config: { "slipway:services": Record<string, { data: { volume: string } }> };
  };
  const database = databaseContainer({ folder } as Workplace);
  const volumes = Object.values(config["slipway:services"]).map(({ data }) => data.volume);
  return [...volumes, database ?? "no database"];
}

/** Those of these names that this machine's engine has a volume or a container for. */
async function existing(names: readonly string[]): Promise<string[]> {
  const volumes = (await docker.listVolumes()).Volumes.map(({ Name }) => Name);
  const containers = await docker.listContainers({ all: true });
  const all = [
    ...volumes,
    ...containers.flatMap(({ Names }) => Names.map((each) => each.slice(1))),
  ];
  return names.filter((each) => all.includes(each));
}

/** The address of this machine that its engine's containers reach. */
async function gateway(): Promise<string> {
  const { IPAM } = await docker.getNetwork("bridge").inspect();
  return (IPAM?.Config?.[0] as { Gateway?: string } | undefined)?.Gateway ?? "172.17.0.1";
}

/** The address at which containers reach the one that this machine reaches on a port. */
async function addressOnBridge(port: number): Promise<string | undefined> {
  const containers = await docker.listContainers();
  const found = containers.find(({ Ports }) => Ports.some(({ PublicPort }) => PublicPort === port));
  return found?.NetworkSettings.Networks.bridge?.IPAddress;
}

async function runPulled(image: string): Promise<{ code: number; output: string }> {
  const stream: NodeJS.ReadableStream = await docker.pull(image);
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
  });
  try {
    return await runToEnd({ Image: image });
  } finally {
    await docker.getImage(image).remove({ force: true });
  }
}

/** What the service has in the engine elsewhere is labelled with its name and a number. */
function isOwn({ Labels }: { readonly Labels?: { readonly [name: string]: string } | undefined }) {
  return Labels?.["slipway.builder"]?.startsWith(name) ?? false;
}

async function ownContainers() {
  return (await docker.listContainers({ all: true })).filter(isOwn);
}

async function ownVolumes(): Promise<string[]> {
  return (await docker.listVolumes()).Volumes.filter(isOwn).map(({ Name }) => Name);
}

async function ownNetworks(): Promise<string[]> {
  return (await docker.listNetworks()).filter(isOwn).map(({ Id }) => Id);
}
