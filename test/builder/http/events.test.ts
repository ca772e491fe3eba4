import { connect } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Settings } from "../../../builder/settings.ts";
import { makeToken } from "../../../builder/token.ts";
import { listenTo } from "./listen-events.ts";
import { DOCKERFILE, openApp } from "./open-app.ts";

/** An app that listens on a free port, and how one orders there. */
async function served(changed: Partial<Settings> = {}) {
  const { app, store } = await openApp(changed);
  const address = await app.listen({ port: 0, host: "127.0.0.1" });
  const order = async (token?: string): Promise<string> => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const payload = { image_name: "web", image_tag: "1", dockerfile: DOCKERFILE };
    return (await app.inject({ method: "POST", url: "/v1/builds", headers, payload })).json().id;
  };
  return { app, store, address, order };
}

const told = (events: readonly { event: string; data: Record<string, unknown> }[]) =>
  events.map(({ event, data }) => `${event} ${data.text ?? data.state ?? ""}`.trim());

test("a log is followed from before its first line to its end", async () => {
  const { address, store, order } = await served();
  const id = await order();
  const log = await listenTo(`${address}/v1/builds/${id}/log/events`);
  expect([log.response.statusCode, log.response.headers]).toEqual([
    200,
    expect.objectContaining({
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "x-accel-buffering": "no",
    }),
  ]);
  await log.events(1);
  store.begin(id);
  await log.events(2);
  store.write(id, ["one", "\u001b[31mtwo\u001b[0m\n<b>"], "err");
  const lines = (await log.events(4)).slice(2);
  expect(lines).toEqual([
    {
      event: "line",
      id: "1",
      data: { seq: 1, attempt: 1, at: expect.any(String), stream: "err", text: "one" },
    },
    {
      event: "line",
      id: "2",
      data: {
        ...{ seq: 2, attempt: 1, at: expect.any(String), stream: "err" },
        text: "\u001b[31mtwo\u001b[0m\n<b>",
      },
    },
  ]);
  store.change(id, { state: "pushing", step: "push" });
  await log.events(5);
  store.write(id, ["last"], "step");
  store.change(id, { state: "succeeded", digest: `sha256:${"d".repeat(64)}` });
  await log.ended;
  expect(told(await log.events(8))).toEqual([
    "state queued",
    "state building",
    "line one",
    "line \u001b[31mtwo\u001b[0m\n<b>",
    "state pushing",
    "line last",
    "state succeeded",
    "end",
  ]);
  expect(store.hearers).toBe(0);
});

test("who comes back with the last id misses nothing and hears nothing twice", async () => {
  const { address, store, order } = await served();
  const id = await order();
  store.begin(id);
  store.write(
    id,
    Array.from({ length: 1_200 }, (_, at) => `line ${at + 1}`),
  );
  store.change(id, { state: "failed", error: "no" });
  const headers = { "last-event-id": "1198", accept: "text/event-stream" };
  const log = await listenTo(`${address}/v1/builds/${id}/log`, headers);
  await log.ended;
  expect(told(await log.events(4))).toEqual([
    "line line 1199",
    "line line 1200",
    "state failed",
    "end",
  ]);
});

test("the same log as text is of all attempts or one, and harmless to a terminal", async () => {
  const { app, store, order } = await served();
  const id = await order();
  store.begin(id);
  store.write(id, ["first \u001b[32mgreen\u001b[0m\u001b[2J"]);
  store.change(id, { state: "failed", error: "no" });
  await store.retry(id);
  store.begin(id);
  store.write(id, ["second"]);
  const text = async (query: string) => {
    const response = await app.inject(`/v1/builds/${id}/log${query}`);
    return [response.headers["content-type"], response.body];
  };
  const type = "text/plain; charset=utf-8";
  expect(await text("")).toEqual([type, "first \u001b[32mgreen\u001b[0m\nsecond\n"]);
  expect(await text("?attempt=2")).toEqual([type, "second\n"]);
});

test("a reader who goes away is forgotten", async () => {
  const { address, store, order } = await served();
  const id = await order();
  const log = await listenTo(`${address}/v1/builds/${id}/log/events`);
  await log.events(1);
  expect(store.hearers).toBe(1);
  log.leave();
  await vi.waitFor(() => expect(store.hearers).toBe(0));
});

test("a reader who does not read holds the log back instead of filling the memory", async () => {
  const { address, store, order } = await served();
  const id = await order();
  store.begin(id);
  store.write(
    id,
    Array.from({ length: 50_000 }, () => "x".repeat(1_000)),
  );
  const read = vi.spyOn(store, "log");
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname).pause();
  onTestFinished(() => void socket.destroy());
  socket.write(`GET /v1/builds/${id}/log/events HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  // It reads until the connection is full, and then not once more.
  let before = -1;
  await vi.waitFor(
    () => {
      const calls = read.mock.calls.length;
      const isStill = calls === before;
      before = calls;
      expect([calls > 0, isStill]).toEqual([true, true]);
    },
    { interval: 500, timeout: 20_000 },
  );
  expect(before).toBeLessThan(50);
});

test("closing ends every stream", async () => {
  const { app, address, store, order } = await served();
  const id = await order();
  const streams = await Promise.all([
    listenTo(`${address}/v1/builds/${id}/log/events`),
    listenTo(`${address}/v1/events`),
  ]);
  await vi.waitFor(() => expect(store.hearers).toBe(2));
  await app.close();
  await Promise.all(streams.map(({ ended }) => ended));
  expect(store.hearers).toBe(0);
});

test("all builds are followed as they change, by each client its own", async () => {
  const [ci, dev] = ["ci", "dev"].map((name) => {
    const { token, line } = makeToken(name);
    return { token, client: { name, tokenHash: line.split(" ")[1] ?? "", isAdmin: false } };
  });
  if (!ci || !dev) throw new Error("two clients were made");
  const { address, store, order } = await served({ clients: [ci.client, dev.client] });
  const events = await listenTo(`${address}/v1/events`, { authorization: `Bearer ${ci.token}` });
  await order(dev.token);
  const id = await order(ci.token);
  await events.events(1);
  store.begin(id);
  store.change(id, { state: "failed", error: "no" });
  store.write(id, ["lines are not told here"]);
  const all = await events.events(2);
  expect(all.map(({ event, data }) => [event, data.id, data.state])).toEqual([
    ["build", id, "queued"],
    ["build", id, "failed"],
  ]);
});

test("a stream is not asked for without its content: that would never end", async () => {
  const { app, order } = await served();
  const id = await order();
  for (const path of [`/v1/builds/${id}/log`, `/v1/builds/${id}/log/events`, "/v1/events"]) {
    expect((await app.inject({ method: "HEAD", url: path })).statusCode).toBe(405);
  }
});

test("a client may open but so many streams", async () => {
  const { address } = await served();
  await Promise.all(Array.from({ length: 100 }, () => listenTo(`${address}/v1/events`)));
  const { response } = await listenTo(`${address}/v1/events`);
  expect([response.statusCode, response.headers["retry-after"]]).toEqual([429, "5"]);
});

test("a log that breaks off ends the stream, so that its reader comes back", async () => {
  const { address, store, order } = await served();
  const id = await order();
  const log = await listenTo(`${address}/v1/builds/${id}/log/events`);
  await log.events(1);
  store.fault = new Error("away");
  store.write(id, ["unheard"]);
  await log.ended;
  expect(told(await log.events(1))).toEqual(["state queued"]);
  expect(store.hearers).toBe(0);
});
