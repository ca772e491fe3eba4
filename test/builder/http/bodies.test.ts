import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Patience } from "../../../builder/http/bodies.ts";
import { listen } from "../../../builder/http/server.ts";
import type { Settings, UploadLimits } from "../../../builder/settings.ts";
import { hashToken } from "../../../builder/token.ts";
import { form, legacyForm, openApp } from "./open-app.ts";

// Over real connections: what slow, endless and broken senders get.

const PATIENCE: Patience = { headers: 300, span: 300, spanBytes: 64, rest: 300 };

async function served(
  limits: Partial<UploadLimits> = {},
  changed: Partial<Settings> = {},
  patience = PATIENCE,
) {
  const { settings } = await openApp();
  const uploadLimits = { ...settings.uploadLimits, ...limits };
  const { app, store } = await openApp({ ...changed, uploadLimits }, { patience });
  const { port } = new URL(await listen(app, { host: "127.0.0.1", port: 0 }));
  return { app, store, port: Number(port) };
}

/** Opens a connection and gathers what comes back until it is closed. */
function open(port: number): { socket: Socket; answer: Promise<string> } {
  const socket = connect(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  let text = "";
  socket.setEncoding("utf8").on("data", (piece: string) => {
    text += piece;
  });
  // A connection that was cut is an answer, too.
  socket.on("error", () => {});
  return { socket, answer: once(socket, "close").then(() => text) };
}

const statusOf = (answer: string): number => Number(answer.split(" ")[1]);

const head = (
  length: number | string,
  type = form().headers["content-type"],
  token = "none",
): string =>
  [
    "POST /build-push HTTP/1.1",
    "Host: localhost",
    `Content-Type: ${type}`,
    `Authorization: Bearer ${token}`,
    typeof length === "number" ? `Content-Length: ${length}` : "Transfer-Encoding: chunked",
    "\r\n",
  ].join("\r\n");

test("headers that never end are given up", async () => {
  const { port } = await served();
  const { socket, answer } = open(port);
  socket.write("POST /build-push HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
  expect(statusOf(await answer)).toBe(408);
});

test("a body that trickles is given up, and says why", async () => {
  const { port, store } = await served();
  const { socket, answer } = open(port);
  socket.write(head(10_000));
  const trickle = setInterval(() => socket.write("-"), 50);
  onTestFinished(() => clearInterval(trickle));
  const text = await answer;
  expect([statusOf(text), JSON.parse(text.split("\r\n\r\n")[1] ?? "").detail]).toEqual([
    408,
    "request: comes in too slowly; send it faster",
  ]);
  expect(store.ordered).toEqual([]);
});

test("a body that stops half way is given up", async () => {
  const { port } = await served();
  const { socket, answer } = open(port);
  const { payload } = legacyForm();
  socket.write(head(payload.length));
  socket.write(payload.subarray(0, 100));
  expect(statusOf(await answer)).toBe(408);
});

test("a sender who goes away half way leaves nothing behind", async () => {
  const { app, port, store } = await served();
  const { payload } = legacyForm();
  const { socket } = open(port);
  socket.write(head(payload.length));
  socket.write(payload.subarray(0, 100));
  await vi.waitFor(async () => {
    expect(await new Promise((resolve) => app.server.getConnections((_, n) => resolve(n)))).toBe(1);
  });
  socket.destroy();
  await vi.waitFor(async () => {
    expect(await new Promise((resolve) => app.server.getConnections((_, n) => resolve(n)))).toBe(0);
  });
  expect(store.ordered).toEqual([]);
});

test("a body that is said to be too large is refused unread, and its sender learns why", async () => {
  const { port } = await served({ bodyBytes: 100_000 });
  const { socket, answer } = open(port);
  socket.write(head(100_001));
  socket.write(Buffer.alloc(100_001, "x"));
  await vi.waitFor(() => expect(socket.bytesRead).toBeGreaterThan(0));
  socket.end();
  const text = await answer;
  expect([statusOf(text), JSON.parse(text.split("\r\n\r\n")[1] ?? "")]).toEqual([
    413,
    { status: 413, message: "body: is larger than 100000 bytes; send less" },
  ]);
});

test("a body that goes on without saying how far is refused when it is too large", async () => {
  const { port, store } = await served({ bodyBytes: 100_000 });
  const { socket, answer } = open(port);
  socket.write(head("chunked"));
  const start =
    '--a-boundary-of-tests\r\nContent-Disposition: form-data; name="more"; filename="x"\r\n\r\n';
  const chunk = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
  socket.write(chunk(start));
  const flood = setInterval(() => socket.write(chunk("x".repeat(20_000))), 5);
  onTestFinished(() => clearInterval(flood));
  const text = await answer;
  expect(statusOf(text)).toBe(413);
  expect(store.ordered).toEqual([]);
});

test("who holds too much at once is put off alone, all are once nothing is left, and small bodies never", async () => {
  const bodyBytes = 2 * 2 ** 20;
  const names = ["ann", "bob", "eve"];
  const clients = names.map((name) => ({ name, tokenHash: hashToken(name), isAdmin: false }));
  const { port } = await served({ bodyBytes }, { clients }, { ...PATIENCE, span: 60_000 });
  const large = (name: string) => head(bodyBytes, undefined, name);
  /** Holds a large body back once it has been let in. */
  const hold = async (name: string) => {
    const { socket } = open(port);
    socket.write(large(name).replace("\r\n", "\r\nExpect: 100-continue\r\n"));
    await once(socket, "data");
    return socket;
  };
  const ask = async (request: string | Buffer) => {
    const { socket, answer } = open(port);
    socket.end(request);
    const text = await answer;
    const wait = /retry-after: (\d+)/i.exec(text)?.[1];
    return [statusOf(text), wait, /"message":"([^"]*)"/.exec(text)?.[1]];
  };
  const ofAnn = "client: sends too much at once; send it again once the rest has come in";
  const ofAll = "body: too much is coming in at once; send it again in a moment";
  await hold("ann");
  await hold("ann");
  expect(await ask(large("ann"))).toEqual([503, "1", ofAnn]);
  const { payload } = legacyForm();
  const small = Buffer.concat([Buffer.from(head(payload.length, undefined, "ann")), payload]);
  expect(await ask(small)).toEqual([200, undefined, "Build started"]);
  await hold("bob");
  const last = await hold("bob");
  expect(await ask(large("eve"))).toEqual([503, "1", ofAll]);
  expect(await ask(small)).toEqual([200, undefined, "Build started"]);
  last.destroy();
  // Let in, it is no longer too much but too short.
  await vi.waitFor(async () => expect((await ask(large("eve")))[0]).toBe(400));
});

test("a refused order leaves the connection fit for the next", async () => {
  const { port } = await served();
  const { socket, answer } = open(port);
  const bad = form(["image_name", "A"]);
  const good = legacyForm();
  socket.write(Buffer.concat([Buffer.from(head(bad.payload.length)), bad.payload]));
  socket.write(Buffer.concat([Buffer.from(head(good.payload.length)), good.payload]));
  await vi.waitFor(() => expect(socket.bytesRead).toBeGreaterThan(600));
  socket.end();
  expect([...(await answer).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
    "400",
    "200",
  ]);
});

test.each([
  ["no HTTP", "HELLO\r\n\r\n", 400],
  ["no Host", "GET /healthz HTTP/1.1\r\n\r\n", 400],
  [
    "two lengths",
    "POST /build-push HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    400,
  ],
  [
    "a length beside chunks",
    "POST /build-push HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    400,
  ],
  ["huge headers", `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
])("%s is refused", async (_title, text, status) => {
  const { port } = await served();
  const { socket, answer } = open(port);
  socket.write(text);
  expect(statusOf(await answer)).toBe(status);
});

test("a port that is taken is said to be, with the way out", async () => {
  const { port } = await served();
  const { app } = await openApp();
  await expect(listen(app, { host: "127.0.0.1", port })).rejects.toThrow(
    `PORT: ${port} is taken; PORT=${port + 1} npm run builder`,
  );
});

test("an address of another machine is said to be none of this one's", async () => {
  const { app } = await openApp();
  await expect(listen(app, { host: "192.0.2.1", port: 0 })).rejects.toThrow(
    "HOST: 192.0.2.1 is no address of this machine; take HOST away or use 0.0.0.0",
  );
});
