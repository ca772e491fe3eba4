import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { postCallback, signature } from "../../../builder/work/callback-post.ts";
import { until } from "../../rehearsal/until.ts";
import { anOrder, openWorld, type World } from "../store/world.ts";
import { digestOf } from "./fake-steps.ts";
import { SECRET, startWorker } from "./work-world.ts";

vi.setConfig({ testTimeout: 120_000 });

const received: { path: string | undefined; headers: IncomingHttpHeaders; body: string }[] = [];
const answers: number[] = [];
const server = createServer(async (request, response) => {
  received.push({ path: request.url, headers: request.headers, body: await text(request) });
  response.writeHead(answers.shift() ?? 204, { location: "/elsewhere" }).end();
});

let world: World;
let origin: string;
beforeAll(async () => {
  world = await openWorld();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://ci.example:${(server.address() as AddressInfo).port}`;
}, 120_000);
afterEach(() => {
  received.splice(0);
  answers.splice(0);
  return world.empty();
});
afterAll(async () => {
  await world.close();
  server.close();
});

const addressOf = async () => "127.0.0.1";
const create = async (callback: string, client = "ann") =>
  (await world.store.create(await anOrder({ callback, client }))).build.id;

test("the end of a build is told, signed, to the address that the host was found to have", async () => {
  const worker = await startWorker(world, { addressOf });
  const id = await create(`${origin}/done?x=1`);
  await until("it is told", () => received.length > 0);
  await worker.close();
  expect(received.length).toBe(1);
  const [{ path, headers, body } = { path: "", headers: {}, body: "" }] = received;
  expect(path).toBe("/done?x=1");
  expect(headers.host).toBe(new URL(origin).host);
  expect(headers["content-type"]).toBe("application/json");
  const sent = String(headers["slipway-signature"]);
  const at = Number(/^t=(\d+),v1=[0-9a-f]{64}$/.exec(sent)?.[1]);
  expect(sent).toBe(signature(SECRET, at, body));
  expect(Math.abs(at - Date.now() / 1_000)).toBeLessThan(60);
  expect(JSON.parse(body)).toMatchObject({
    build: {
      id,
      attempt: 1,
      state: "succeeded",
      digest: digestOf(id),
      reference: "localhost:5055/web:1",
    },
  });
});

test("a receiver that is away is told again, one that redirects is not followed", async () => {
  answers.push(500, 302);
  const worker = await startWorker(world, { addressOf });
  await create(`${origin}/done`);
  for (const count of [1, 2, 3]) {
    await until(`told ${count} times`, () => received.length === count);
    await world.database.script("UPDATE pgboss.job SET start_after = now() WHERE state = 'retry'");
  }
  await until("nothing waits", async () => {
    const jobs = await world.database.query("SELECT 1 FROM pgboss.job WHERE state < 'completed'");
    return jobs.length === 0;
  });
  await worker.close();
  expect(received.map(({ path }) => path)).toEqual(["/done", "/done", "/done"]);
});

test("an address that is not of the open internet is never called", async () => {
  const worker = await startWorker(world);
  await create(`http://127.0.0.1:${new URL(origin).port}/done`);
  await until("it is given up", () =>
    world.journal.said.some(({ text }) => text === "the callback is given up"),
  );
  await worker.close();
  expect(received).toEqual([]);
});

test("one client's receivers that do not answer hold up nobody else", async () => {
  const silent = Promise.withResolvers<void>();
  let waiting = 0;
  const slowFor = async (url: URL) => {
    if (url.pathname === "/slow") {
      waiting += 1;
      await silent.promise;
    }
    return "127.0.0.1";
  };
  for (let count = 0; count < 6; count++) await world.store.cancel(await create(`${origin}/slow`));
  const worker = await startWorker(world, { addressOf: slowFor });
  await until("two of them wait", () => waiting === 2);
  await world.store.cancel(await create(`${origin}/fast`, "bob"));
  await until("bob is told", () => received.length > 0);
  expect([received.map(({ path }) => path), waiting]).toEqual([["/fast"], 2]);
  silent.resolve();
  await until("all are told", () => received.length === 7);
  await worker.close();
});

test("a build that is cancelled while it waits is told, too", async () => {
  const id = await create(`${origin}/done`);
  await world.store.cancel(id);
  const worker = await startWorker(world, { addressOf });
  await until("it is told", () => received.length > 0);
  await worker.close();
  expect(JSON.parse(received[0]?.body ?? "")).toMatchObject({ build: { id, state: "cancelled" } });
});

test("a signature is the HMAC of the time and the body", async () => {
  expect(signature("secret", 1_700_000_000, '{"build":{}}')).toBe(
    "t=1700000000,v1=f9887cc4a6e078ed022a8cadf5a6fc10916880d25b0e278c8f645a46f533dc78", // pragma: allowlist secret
  );
  const url = new URL(`${origin}/by-hand`);
  expect(await postCallback({ url, address: "127.0.0.1", body: "{}", secret: "s", at: 1 })).toBe(
    204,
  );
  expect(received[0]?.headers["slipway-signature"]).toBe(signature("s", 1, "{}"));
});
