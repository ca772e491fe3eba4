import { describe, expect, test } from "vitest";
import { ANYBODY, authenticate } from "../../../builder/http/auth.ts";
import { Rate } from "../../../builder/http/rate.ts";
import { makeToken } from "../../../builder/token.ts";
import { DOCKERFILE, legacyForm, openApp } from "./open-app.ts";

/** A client and its token. */
function clientOf(name: string, isAdmin = false) {
  const { token, line } = makeToken(name);
  return { token, client: { name, tokenHash: line.split(" ")[1] ?? "", isAdmin } };
}

const [ci, dev, ops] = [clientOf("ci"), clientOf("dev"), clientOf("ops", true)];
const clients = [ci.client, dev.client, ops.client];
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const order = { image_name: "web", image_tag: "1", dockerfile: DOCKERFILE };

test("a token stands for its client; without tokens everybody is the same", () => {
  const request = (authorization?: string) => ({ headers: { authorization } }) as never;
  expect(authenticate(request(`Bearer ${dev.token}`), clients)).toEqual(dev.client);
  expect(authenticate(request(`bearer  ${ops.token} `), clients)).toEqual(ops.client);
  expect(authenticate(request(), [])).toBe(ANYBODY);
});

test.each([
  ["nothing", undefined, 'Bearer realm="builder"'],
  ["another scheme", `Basic ${ci.token}`, 'Bearer realm="builder"'],
  [
    "a hash for a token",
    `Bearer ${ci.client.tokenHash}`,
    'Bearer realm="builder", error="invalid_token"',
  ],
  [
    "a token of nobody",
    `Bearer ${makeToken("x").token}`,
    'Bearer realm="builder", error="invalid_token"',
  ],
  [
    "a cut token",
    `Bearer ${ci.token.slice(0, -1)}`,
    'Bearer realm="builder", error="invalid_token"',
  ],
])("%s is no way in", async (_title, authorization, challenge) => {
  const { app, store } = await openApp({ clients });
  const headers = authorization === undefined ? {} : { authorization };
  const url = "/v1/builds";
  const response = await app.inject({ method: "POST", url, headers, payload: order });
  expect([
    response.statusCode,
    response.headers["www-authenticate"],
    response.json().detail,
  ]).toEqual([
    401,
    challenge,
    "authorization: there is no valid token; send the header Authorization: Bearer TOKEN",
  ]);
  expect(store.ordered).toEqual([]);
});

test("the older clients are told in their form", async () => {
  const { app } = await openApp({ clients });
  const response = await app.inject({ method: "POST", url: "/build-push", ...legacyForm() });
  expect([response.statusCode, response.json()]).toEqual([
    401,
    {
      status: 401,
      message:
        "authorization: there is no valid token; send the header Authorization: Bearer TOKEN",
    },
  ]);
});

test.each([
  ["/healthz", 200],
  ["/readyz", 200],
  ["/openapi.json", 200],
  ["/", 200],
  ["/metrics", 401],
  ["/v1/builds", 401],
  ["/v1/events", 401],
  ["/build-push-status?build_id=00000000-0000-4000-8000-000000000000", 401],
])("without a token %s answers %i", async (url, status) => {
  const { app } = await openApp({ clients });
  expect((await app.inject(url)).statusCode).toBe(status);
});

test("a client sees and handles its own builds alone, an admin all", async () => {
  const { app, store } = await openApp({ clients });
  const post = (url: string, token: string, payload = {}) =>
    app.inject({ method: "POST", url, headers: bearer(token), payload });
  const get = (url: string, token: string) => app.inject({ url, headers: bearer(token) });
  const { id } = (await post("/v1/builds", ci.token, order)).json();
  await post("/v1/builds", dev.token, order);
  const numbers = async (token: string) =>
    (await get("/v1/builds", token)).json().builds.map(({ number }: { number: number }) => number);
  expect([await numbers(ci.token), await numbers(dev.token), await numbers(ops.token)]).toEqual([
    [1],
    [2],
    [2, 1],
  ]);
  const paths = ["", "/log", "/log/events"].map((path) => `/v1/builds/${id}${path}`);
  const legacy = [`/build-push-status?build_id=${id}`, `/retry-build?build_id=${id}`];
  for (const url of [...paths, ...legacy]) expect((await get(url, dev.token)).statusCode).toBe(404);
  for (const action of ["cancel", "retry"]) {
    expect((await post(`/v1/builds/${id}/${action}`, dev.token)).statusCode).toBe(404);
  }
  expect((await store.find(id))?.state).toBe("queued");
  expect((await post(`/v1/builds/${id}/cancel`, ops.token)).json().state).toBe("cancelled");
});

test("two clients may use the same key", async () => {
  const { app } = await openApp({ clients });
  const ids = await Promise.all(
    [ci, dev].map(async ({ token }) => {
      const headers = { ...bearer(token), "idempotency-key": "k" };
      const request = { method: "POST", url: "/v1/builds", headers, payload: order } as const;
      return (await app.inject(request)).json().id;
    }),
  );
  expect(ids[0]).not.toBe(ids[1]);
});

describe("how often", () => {
  test("a client orders is limited for itself, by whatever way", async () => {
    const { app, settings } = await openApp({ clients });
    const limited = { ...settings.uploadLimits, perMinute: 2 };
    const { app: strict } = await openApp({ clients, uploadLimits: limited });
    const post = (token: string) =>
      strict.inject({ method: "POST", url: "/v1/builds", headers: bearer(token), payload: order });
    const { headers, payload } = legacyForm();
    await post(ci.token);
    const url = "/build-push";
    const both = { ...headers, ...bearer(ci.token) };
    await strict.inject({ method: "POST", url, headers: both, payload });
    const third = await post(ci.token);
    expect([third.statusCode, third.headers["retry-after"], third.json().detail]).toEqual([
      429,
      "30",
      "client: may order 2 builds a minute; order again in 30 s",
    ]);
    expect((await post(dev.token)).statusCode).toBe(202);
    expect((await strict.inject({ url: "/v1/builds", headers: bearer(ci.token) })).statusCode).toBe(
      200,
    );
    await app.close();
  });

  test("a bucket fills up evenly and never beyond a minute's worth", () => {
    let now = 0;
    const rate = new Rate(60, () => now);
    const takes = (count: number) => Array.from({ length: count }, () => rate.take("ci"));
    expect(takes(61)).toEqual([...Array(60).fill(0), 1]);
    now += 1_500;
    expect(takes(2)).toEqual([0, 1]);
    now += 3_600_000;
    expect(takes(61)).toEqual([...Array(60).fill(0), 1]);
    expect(rate.take("dev")).toBe(0);
  });
});

describe("without tokens", () => {
  test.each([
    [{ host: "localhost:8000" }, 200],
    [{ host: "127.0.0.1" }, 200],
    [{ host: "127.9.9.9:1" }, 200],
    [{ host: "[::1]:8000" }, 200],
    [{ host: "evil.example" }, 421],
    [{ host: "localhost.evil.example" }, 421],
    [{ host: "127.0.0.1.evil.example" }, 421],
    [{ host: "192.168.0.2:8000" }, 421],
    [{ host: "localhost:8000", origin: "http://localhost:8000" }, 200],
    [{ host: "localhost:8000", origin: "http://localhost:3000" }, 403],
    [{ host: "localhost:8000", origin: "https://evil.example" }, 403],
    [{ host: "localhost:8000", origin: "null" }, 403],
    [{ host: "localhost:8000", "sec-fetch-site": "same-origin" }, 200],
    [{ host: "localhost:8000", "sec-fetch-site": "none" }, 200],
    [{ host: "localhost:8000", "sec-fetch-site": "same-site" }, 403],
    [{ host: "localhost:8000", "sec-fetch-site": "cross-site" }, 403],
  ])("a request with %j is answered with %i", async (headers, status) => {
    const { app } = await openApp();
    expect((await app.inject({ url: "/v1/builds", headers })).statusCode).toBe(status);
  });

  test("the page may be opened by a link from elsewhere, though by no other name", async () => {
    const { app } = await openApp();
    const headers = { "sec-fetch-site": "cross-site" };
    expect((await app.inject({ url: "/", headers })).statusCode).toBe(200);
    expect((await app.inject({ url: "/", headers: { host: "evil.example" } })).statusCode).toBe(
      421,
    );
  });
});

test("with tokens, any name and any site will do: nobody is let in by where they are", async () => {
  const { app } = await openApp({ clients });
  const headers = { ...bearer(ci.token), host: "builder.example", origin: "https://ci.example" };
  expect((await app.inject({ url: "/v1/builds", headers })).statusCode).toBe(200);
});

test("the log tells who asked for what, and neither tokens nor queries", async () => {
  const lines: string[] = [];
  const logTo = { write: (line: string) => lines.push(line) };
  const { app } = await openApp({ clients, logLevel: "info" }, { logTo });
  await app.inject({ url: "/v1/builds?limit=7", headers: bearer(ci.token) });
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      level: "info",
      time: expect.any(String),
      reqId: expect.any(String),
      req: { method: "GET", path: "/v1/builds" },
      client: "ci",
      status: 200,
      ms: expect.any(Number),
      msg: "answered",
    },
  ]);
});
