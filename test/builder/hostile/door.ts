import { mkdtempSync, rmSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { buildApp } from "../../../builder/http/app.ts";
import { openQueue } from "../../../builder/queue/queue.ts";
import { readSettings } from "../../../builder/settings.ts";
import { openBuildStore } from "../../../builder/store/open-build-store.ts";
import { openDatabase } from "../../../builder/store/open-database.ts";
import { makeToken } from "../../../builder/token.ts";

// The service without what builds: everything that is asked stays at its door, on real sockets and a real database.

/** What came back, as it was on the wire. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Door {
  readonly port: number;
  /** Of a client that may order. */
  readonly token: string;
  /** Of another one. */
  readonly other: string;
  /** Sends bytes as they are and reads what comes back until the connection ends. */
  send(bytes: Iterable<Buffer> | AsyncIterable<Buffer>, ending?: "half" | "open"): Promise<Reply>;
  /** Fails unless the service answers, holds no build and has left nothing on the disk. */
  isUnharmed(): Promise<void>;
  close(): Promise<void>;
}

/** As impatient as a test has to be. */
const patience = { headers: 400, span: 400, spanBytes: 64, rest: 200 };

/** Milliseconds that an exchange may take. */
const longestAnswer = 20_000;

/** Opens a door for the tests of one file. */
export async function openDoor(env: Readonly<Record<string, string>> = {}): Promise<Door> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-hostile-"));
  const [acme, other] = [makeToken("acme"), makeToken("other")];
  const { settings } = readSettings(
    {
      LOG_LEVEL: "silent",
      BUILDER_TOKENS: `${acme.line},${other.line}`,
      ...env,
      BUILDER_FOLDER: folder,
    },
    [],
  );
  const database = await openDatabase(settings);
  const logged: string[] = [];
  const { log: journal } = await quiet();
  const queue = await openQueue(database, journal);
  const store = await openBuildStore({ settings, database, queue, journal });
  const app = await buildApp({
    settings,
    store,
    patience,
    logTo: { write: (line) => void logged.push(line) },
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as { port: number };
  const before = await readdir(folder);
  return {
    port,
    token: acme.token,
    other: other.token,
    send: (bytes, ending) => exchange(port, bytes, ending),
    async isUnharmed() {
      const health = await exchange(port, [request("GET", "/healthz")]);
      expect(health.status).toBe(200);
      expect(await store.list({ limit: 1 })).toEqual([]);
      expect(await readdir(folder)).toEqual(before);
    },
    async close() {
      await app.close();
      await store.close();
      await queue.close();
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function quiet() {
  const { default: Fastify } = await import("fastify");
  return Fastify({ logger: { level: "silent" } });
}

/** A request, byte for byte; `host` and `connection: close` are there unless headers say otherwise. */
export function request(
  method: string,
  path: string,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
  body: Buffer | string = "",
): Buffer {
  const all = { host: "localhost", connection: "close", ...headers };
  const length =
    body.length > 0 && !("content-length" in headers) && !("transfer-encoding" in headers);
  const lines = Object.entries(all).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}: ${value}`),
  );
  const head = [
    `${method} ${path} HTTP/1.1`,
    ...lines,
    ...(length ? [`content-length: ${Buffer.byteLength(body)}`] : []),
  ];
  return Buffer.concat([
    Buffer.from(`${head.join("\r\n")}\r\n\r\n`, "latin1"),
    Buffer.from(body as string),
  ]);
}

async function exchange(
  port: number,
  bytes: Iterable<Buffer> | AsyncIterable<Buffer>,
  ending: "half" | "open" = "open",
): Promise<Reply> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  const ended = new Promise<void>((resolve, reject) => {
    socket.once("end", resolve).once("close", () => resolve());
    const late = () => reject(new Error(`no end after ${Buffer.concat(chunks)}`));
    const timer = setTimeout(late, longestAnswer);
    socket.once("close", () => clearTimeout(timer));
  });
  // Whoever refuses an upload may close the connection before its end.
  socket.on("error", () => {});
  for await (const chunk of bytes) {
    if (socket.destroyed || socket.readableEnded) break;
    await new Promise((resolve) => socket.write(chunk, resolve));
  }
  if (ending === "half") socket.end();
  await ended;
  socket.destroy();
  return parsed(Buffer.concat(chunks).toString("utf8"));
}

function parsed(text: string): Reply {
  const [head = "", ...rest] = text.split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(":")).toLowerCase(),
      line.slice(line.indexOf(":") + 1).trim(),
    ]),
  );
  return { status: Number(first.split(" ")[1] ?? 0), headers, body: rest.join("\r\n\r\n") };
}

/** Checks that a reply is an error in the form of the API, and says what is the matter. */
export function expectProblem(reply: Reply, status: number, detail: string | RegExp): void {
  expect([reply.status, reply.headers["content-type"]], reply.body).toEqual([
    status,
    expect.stringMatching(/^application\/problem\+json/),
  ]);
  const { detail: said, ...problem } = JSON.parse(reply.body);
  expect(problem).toMatchObject({ type: "about:blank", status, title: expect.any(String) });
  if (typeof detail === "string") expect(said).toBe(detail);
  else expect(said).toMatch(detail);
  expect(reply.body).not.toMatch(/node_modules|\.ts:\d|\/builder\//);
}
