import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { connect } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test } from "vitest";
import { BuilderContainer } from "../../../builder/buildkit/builder-container.ts";
import { builderNetwork, removeBuilders } from "../../../builder/buildkit/builder-network.ts";
import { engineName } from "../../../builder/buildkit/engine-name.ts";
import { openEngine } from "../../../setup/open-engine.ts";
import { ready } from "../../../setup/ready.ts";
import { silentStory } from "../../../setup/story.ts";
import { LIMITS } from "./builder-here.ts";

const { engine, ...tools } = await ready(["engine", "builder-image"] as const, silentStory);
const client = openEngine(engine.host);
const folder = mkdtempSync(join(tmpdir(), "slipway-container-"));
const worker = `test-${randomUUID().slice(0, 8)}`;
const owner = await engineName(folder, worker);
const plan = {
  image: tools["builder-image"],
  owner,
  slot: 0,
  work: join(folder, "work"),
  isEngineHere: true,
  network: await builderNetwork(client, owner),
  cacheBytes: 2 ** 30,
  ...LIMITS,
};
let opened: BuilderContainer | undefined;

afterEach(() => opened?.close());
afterAll(async () => {
  await removeBuilders({ engine: engine.host, folder }, worker);
  rmSync(folder, { recursive: true, force: true });
});

/** The first that BuildKit says to who connects, in HTTP/2: the type of its frame. */
async function greetingAt(address: string): Promise<number | undefined> {
  const socket = connect(address.replace("unix://", ""));
  socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0");
  for await (const chunk of socket) return (chunk as Buffer)[3];
  return undefined;
}

const SETTINGS = 4;

test("an engine of this machine lets BuildKit be asked at its own socket", async ({ skip }) => {
  const { Name } = await client.info();
  if (!engine.host.startsWith("unix://") || Name !== hostname()) {
    skip(`the engine runs on ${Name}: BuildKit's own socket was not asked`);
  }
  opened = new BuilderContainer(client, plan);
  const { address, builder } = await opened.ready();
  expect(address).toBe(`unix://${join(plan.work, "0", "s", "b")}`);
  expect(await greetingAt(address)).toBe(SETTINGS);
  const ended = new Promise((resolve) => builder.ended.addEventListener("abort", resolve));
  await builder.container.kill();
  await ended;
  const again = await opened.ready();
  expect(again.address).toBe(address);
  expect(await greetingAt(address)).toBe(SETTINGS);
});

test("a builder of an engine elsewhere is asked through the engine", async () => {
  opened = new BuilderContainer(client, { ...plan, isEngineHere: false });
  const { address } = await opened.ready();
  expect(address).toBe(`unix://${join(plan.work, "0", "d")}`);
  expect(await greetingAt(address)).toBe(SETTINGS);
});

test("so is one whose engine does not see this machine's folders", async () => {
  const seenHere = await open(folder);
  try {
    // The engine has no such descriptor.
    const work = `/proc/self/fd/${seenHere.fd}/unseen`;
    opened = new BuilderContainer(client, { ...plan, work });
    const { address } = await opened.ready();
    expect(address).toBe(`unix://${join(work, "0", "d")}`);
    expect(await greetingAt(address)).toBe(SETTINGS);
    await opened.close();
  } finally {
    await seenHere.close();
  }
});

test("paths that are too long for a socket are made shorter", async () => {
  opened = new BuilderContainer(client, { ...plan, work: join(folder, "long".repeat(30)) });
  const { address } = await opened.ready();
  expect(address.length).toBeLessThan(100);
  expect(await greetingAt(address)).toBe(SETTINGS);
});
