import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import type { ProofConfig } from "../../infra/config/schema.ts";
import { prove } from "../../infra/proof.ts";
import { listen, unusedPort } from "./fake-registry.ts";

const right = "0123456789abcdef0123456789abcdef01234567";
const other = "89abcdef0123456789abcdef0123456789abcdef";

// A stack has whole seconds; a fifth of one is enough for a server that is near.
const byField: ProofConfig = { kind: "commit", path: "/", field: "commit", seconds: 0.2 };
const patient: ProofConfig = { ...byField, seconds: 10 };
const byHeader: ProofConfig = {
  kind: "commit",
  path: "/version",
  header: "X-Commit",
  seconds: 0.2,
};
const byHealth: ProofConfig = { kind: "health", path: "/healthcheck", seconds: 0.2 };

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

const serves =
  (commit: unknown): Answer =>
  (response) =>
    response.end(JSON.stringify({ commit }));
const fails: Answer = (response) => response.writeHead(500).end();

/** Proves against a server that gives these answers in turn and repeats the last one. */
async function proveAgainst(answers: readonly Answer[], proof: ProofConfig = byField) {
  const requests: IncomingMessage[] = [];
  const sockets = new Set<unknown>();
  const { port, server } = await listen((request, response) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push(request);
    answer?.(response, request);
  });
  server.on("connection", (socket) => sockets.add(socket));
  const told: string[] = [];
  const started = performance.now();
  const verdict = await prove(`http://localhost:${port}`, proof, right, (seen) => told.push(seen));
  const seconds = (performance.now() - started) / 1_000;
  return { verdict, told, requests, sockets, seconds };
}

describe("a URL is proven", () => {
  it("by three right answers, each on a connection of its own", async () => {
    const { verdict, told, requests, sockets } = await proveAgainst([serves(right)]);
    expect(verdict).toEqual({ proven: true, served: right, seen: `commit ${right}` });
    expect(told).toEqual([]);
    expect(requests).toHaveLength(3);
    expect(sockets.size).toBe(3);
  });

  it("when it serves the commit only after a while, and every other finding is told", async () => {
    const { verdict, told, requests } = await proveAgainst(
      [fails, serves(other), (response) => response.end("starting"), serves(right)],
      patient,
    );
    expect(verdict).toEqual({ proven: true, served: right, seen: `commit ${right}` });
    expect(told).toEqual([
      "status 500",
      `commit ${other}`,
      'an answer without a commit in field "commit"',
    ]);
    expect(requests).toHaveLength(6);
  });

  it("only by right answers in a row, because an old worker may still answer now and then", async () => {
    const { verdict, told, requests } = await proveAgainst(
      [serves(right), serves(right), serves(other), serves(right), fails, serves(right)],
      patient,
    );
    expect(verdict.proven).toBe(true);
    expect(told).toEqual([`commit ${other}`, "status 500"]);
    expect(requests).toHaveLength(8);
  });

  it("by a header, whatever the body says", async () => {
    const { verdict, requests } = await proveAgainst(
      [(response) => response.setHeader("x-commit", right).end(JSON.stringify({ commit: other }))],
      byHeader,
    );
    expect(verdict).toEqual({ proven: true, served: right, seen: `commit ${right}` });
    expect(requests.map(({ url }) => url)).toEqual(["/version", "/version", "/version"]);
  });

  it("healthy by status 200, without any commit", async () => {
    const { verdict, requests } = await proveAgainst([(response) => response.end()], byHealth);
    expect(verdict).toEqual({ proven: true, seen: "status 200" });
    expect(requests.map(({ url }) => url)).toEqual(Array(3).fill("/healthcheck"));
  });

  it("asking for JSON that no cache has kept", async () => {
    const { requests } = await proveAgainst([serves(right)]);
    const [{ method, headers } = { method: "", headers: {} }] = requests;
    expect({ method, ...headers }).toMatchObject({
      method: "GET",
      accept: "application/json",
      "cache-control": "no-cache",
      connection: "close",
    });
  });

  it("once an app that was starting takes connections", async () => {
    const port = await unusedPort();
    const told: string[] = [];
    const proof = prove(`http://localhost:${port}`, patient, right, (seen) => {
      told.push(seen);
      if (told.length === 1)
        void listen((_request, response) => serves(right)(response, _request), port);
    });
    expect((await proof).proven).toBe(true);
    expect(new Set(told)).toEqual(new Set(["no answer (ECONNREFUSED)"]));
  });
});

describe("a URL is not proven before the deadline", () => {
  const refused: [
    title: string,
    answer: Answer,
    proof: ProofConfig,
    seen: string,
    served?: string,
  ][] = [
    ["serves another commit", serves(other), byField, `commit ${other}`, other],
    [
      "serves a part of the commit",
      serves(right.slice(0, 12)),
      byField,
      `commit ${right.slice(0, 12)}`,
      right.slice(0, 12),
    ],
    ["fails", fails, byField, "status 500"],
    [
      "sends on to elsewhere",
      (response) => response.writeHead(302, { location: "/x" }).end(),
      byField,
      "status 302",
    ],
    [
      "does not answer in JSON",
      (response) => response.end(`<p>${right}</p>`),
      byField,
      'an answer without a commit in field "commit"',
    ],
    [
      "answers null",
      (response) => response.end("null"),
      byField,
      'an answer without a commit in field "commit"',
    ],
    [
      "names no commit",
      (response) => response.end("{}"),
      byField,
      'an answer without a commit in field "commit"',
    ],
    [
      "names a commit that is no text",
      serves(7),
      byField,
      'an answer without a commit in field "commit"',
    ],
    [
      "sends no such header",
      serves(right),
      byHeader,
      'an answer without a commit in header "X-Commit"',
    ],
    [
      "names another commit in the header",
      (response) => response.setHeader("X-Commit", other).end(),
      byHeader,
      `commit ${other}`,
      other,
    ],
    ["is not healthy", (response) => response.writeHead(503).end(), byHealth, "status 503"],
    [
      "is created and not well",
      (response) => response.writeHead(201).end(),
      byHealth,
      "status 201",
    ],
    ["cuts the connection", (response) => response.destroy(), byField, "no answer (ECONNRESET)"],
  ];

  it.each(refused)("when it %s", async (_title, answer, proof, seen, served) => {
    const { verdict, told } = await proveAgainst([answer], proof);
    expect(verdict).toEqual({ proven: false, seen, ...(served && { served }) });
    expect(new Set(told)).toEqual(new Set([seen]));
  });

  it("when it never answers, and is not waited for beyond the deadline", async () => {
    const { verdict, seconds } = await proveAgainst([() => {}]);
    expect(verdict.proven).toBe(false);
    expect(verdict.seen).toMatch(/^no answer \(/);
    // A single request may take five seconds where the deadline allows it.
    expect(seconds).toBeLessThan(4);
  }, 10_000);

  it("when nothing listens, in words that name the reason", async () => {
    const url = `http://localhost:${await unusedPort()}`;
    const verdict = await prove(url, byField, right, () => {});
    expect(verdict).toEqual({ proven: false, seen: "no answer (ECONNREFUSED)" });
  });

  it("with a pause between two questions that grows", async () => {
    const { requests } = await proveAgainst([fails]);
    // The pauses of 25, 31, 39, … ms leave room for seven in this deadline; twelve would say that they do not grow.
    expect(requests.length).toBeLessThanOrEqual(7);
  });
});
