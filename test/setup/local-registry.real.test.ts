import { createServer } from "node:net";
import { afterEach, beforeAll, expect, test } from "vitest";
import { engineEndpoint } from "../../setup/engine-endpoint.ts";
import { type LocalRegistryPlace, localRegistry } from "../../setup/local-registry.ts";
import { openEngine } from "../../setup/open-engine.ts";
import { registryAnswers } from "../../setup/registry-answers.ts";
import { registryImage } from "../../setup/registry-image.ts";
import { findServerImage } from "../../setup/server-image.ts";
import { startRegistry } from "../../setup/start-registry.ts";
import { calm, silent } from "./fake-machine.ts";

let host = "";
let image = "";
const made = new Set<string>();

beforeAll(async () => {
  host = (await engineEndpoint())?.host ?? "";
  image = (await findServerImage(host, registryImage)) ?? "";
});

afterEach(async () => {
  const engine = openEngine(host);
  for (const name of made) {
    await engine.getContainer(name).remove({ force: true, v: true }).catch(silent);
    await engine.getVolume(name).remove().catch(silent);
  }
  made.clear();
});

/** A port that was free a moment ago; a test whose port is taken meanwhile fails with a line that says so. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

async function place(): Promise<LocalRegistryPlace> {
  const name = `slipway-setup-test-${process.pid}-${made.size}-${Math.random().toString(36).slice(2, 8)}`;
  made.add(name);
  return { name, volume: name, port: await freePort() };
}

function registryAt(where: LocalRegistryPlace) {
  return localRegistry(host, async () => image, where);
}

test("the registry is made once, answers on 127.0.0.1 only, and is then found", async () => {
  const where = await place();
  const registry = registryAt(where);
  expect(await registry.find()).toBeUndefined();
  expect(await registry.bring(silent, calm)).toEqual({
    text: `127.0.0.1:${where.port}, started`,
    value: { port: where.port },
  });
  expect(await registry.find()).toEqual({
    text: `127.0.0.1:${where.port}`,
    value: { port: where.port },
  });
  const { Config, HostConfig, Mounts } = await openEngine(host).getContainer(where.name).inspect();
  expect({
    label: Config.Labels["slipway.registry"],
    ports: HostConfig.PortBindings,
    restart: HostConfig.RestartPolicy?.Name,
    mounts: Mounts.map(({ Name, Destination }) => ({ Name, Destination })),
  }).toEqual({
    label: "local",
    ports: { "5000/tcp": [{ HostIp: "127.0.0.1", HostPort: String(where.port) }] },
    restart: "unless-stopped",
    mounts: [{ Name: where.volume, Destination: "/var/lib/registry" }],
  });
});

test("a stopped registry is started again with what was pushed to it", async () => {
  const where = await place();
  const registry = registryAt(where);
  await registry.bring(silent, calm);
  const digest = await pushBlob(where.port);
  await openEngine(host).getContainer(where.name).stop();
  expect(await registry.find()).toBeUndefined();
  expect((await registry.bring(silent, calm)).text).toBe(`127.0.0.1:${where.port}, started again`);
  const { status } = await fetch(`http://127.0.0.1:${where.port}/v2/app/blobs/${digest}`);
  expect(status).toBe(200);
});

test("two at once make one registry", async () => {
  const registry = registryAt(await place());
  const both = await Promise.all([registry.bring(silent, calm), registry.bring(silent, calm)]);
  expect(new Set(both.map(({ value }) => value.port)).size).toBe(1);
});

test("a port that a container has is refused with that container's name, and nothing is left", async () => {
  const [first, second] = [await place(), await place()];
  await registryAt(first).bring(silent, calm);
  await expect(registryAt({ ...second, port: first.port }).bring(silent, calm)).rejects.toThrow(
    `registry: port ${first.port} is taken by the container ${first.name}; stop it with docker stop ${first.name}`,
  );
  await expect(openEngine(host).getContainer(second.name).inspect()).rejects.toThrow(
    "no such container",
  );
});

test("a port that another program has is refused", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  try {
    await expect(registryAt({ ...(await place()), port }).bring(silent, calm)).rejects.toThrow(
      `registry: port ${port} is taken by another program; find it with lsof -i :${port} and stop it`,
    );
  } finally {
    server.close();
  }
});

test("a container of that name which is not Slipway's is left alone", async () => {
  const where = await place();
  await openEngine(host).createContainer({ name: where.name, Image: image });
  await expect(registryAt(where).find()).rejects.toThrow(
    `registry: the container ${where.name} is not Slipway's (it lacks the label slipway.registry=local); ` +
      `rename it with docker rename ${where.name} another-name`,
  );
});

test("a private registry takes a free port, forgets, and lets manifests be deleted", async () => {
  const { name } = await place();
  const registry = await startRegistry({ host, image, name, port: 0 });
  expect(await registryAnswers(registry.port)).toBe(true);
  const url = `http://127.0.0.1:${registry.port}/v2/app/manifests/sha256:${"0".repeat(64)}`;
  expect((await fetch(url, { method: "DELETE" })).status).toBe(404);
  await registry.remove();
  expect(await registryAnswers(registry.port)).toBe(false);
});

/** Pushes a few bytes as a blob of the repository `app` and returns their digest. */
async function pushBlob(port: number): Promise<string> {
  const bytes = new TextEncoder().encode("a few bytes");
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  const digest = `sha256:${Buffer.from(hash).toString("hex")}`;
  const begun = await fetch(`http://127.0.0.1:${port}/v2/app/blobs/uploads/`, { method: "POST" });
  const where = new URL(begun.headers.get("location") ?? "", `http://127.0.0.1:${port}`);
  where.searchParams.set("digest", digest);
  const done = await fetch(where, { method: "PUT", body: bytes });
  expect(done.status).toBe(201);
  return digest;
}
