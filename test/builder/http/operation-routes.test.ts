import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openMetrics } from "../../../builder/metrics.ts";
import { FakeStore } from "../fake-store.ts";
import { DOCKERFILE, openApp } from "./open-app.ts";

test("a process that runs says so, with the commit that it was made of", async () => {
  const { app } = await openApp();
  expect((await app.inject("/healthz")).json()).toEqual({ status: "ok" });
  const { app: released } = await openApp({ release: { commit: "c1", branch: "main" } });
  expect((await released.inject("/healthz")).json()).toEqual({
    status: "ok",
    commit: "c1",
    branch: "main",
  });
});

test("it is ready with its database and its builder", async () => {
  const { app } = await openApp({}, { checkBuilder: async () => {} });
  const response = await app.inject("/readyz");
  expect([response.statusCode, response.json()]).toEqual([
    200,
    { status: "ready", role: "all", workers: 1, warnings: [] },
  ]);
});

test("a worker tells how it does, and takes no orders", async () => {
  const { app } = await openApp({ role: "worker" }, { checkBuilder: async () => {} });
  const status = async (path: string) => (await app.inject(path)).statusCode;
  for (const path of ["/healthz", "/readyz", "/metrics"]) expect(await status(path)).toBe(200);
  for (const path of ["/", "/v1/builds", "/build-push"]) expect(await status(path)).toBe(404);
  expect((await app.inject("/readyz")).json()).toMatchObject({ role: "worker" });
});

test("without a worker it is ready, and says what that means", async () => {
  const { app, store } = await openApp({ role: "api" });
  store.workerCount = 0;
  expect((await app.inject("/readyz")).json()).toEqual({
    status: "ready",
    role: "api",
    workers: 0,
    warnings: [
      "no worker has given a sign of life lately: orders are kept, and nobody builds them",
    ],
  });
});

test.each([
  ["database", true, "database: does not answer; the builder's log says why"],
  ["engine", false, "engine: no build can run; the builder's log says why"],
])("without its %s it is not ready, and runs all the same", async (_what, isAway, detail) => {
  const fault = new Error("connect ECONNREFUSED 10.0.0.1");
  const checkBuilder = async () => {
    throw fault;
  };
  const { app, store } = await openApp({}, { checkBuilder });
  if (isAway) store.fault = fault;
  const response = await app.inject("/readyz");
  expect([response.statusCode, response.headers["retry-after"], response.json().detail]).toEqual([
    503,
    "5",
    detail,
  ]);
  expect((await app.inject("/healthz")).statusCode).toBe(200);
});

test("figures tell of builds, workers, steps and requests", async () => {
  const store = new FakeStore();
  const metrics = openMetrics(store);
  const { app } = await openApp({}, { store, metrics });
  const payload = { image_name: "web", image_tag: "1", dockerfile: DOCKERFILE };
  await app.inject({ method: "POST", url: "/v1/builds", payload });
  metrics.stepEnded("build", "succeeded", 2);
  const response = await app.inject("/metrics");
  expect(response.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
  expect(response.body.split("\n")).toEqual(
    expect.arrayContaining([
      'builder_builds{state="queued"} 1',
      'builder_builds{state="succeeded"} 0',
      "builder_oldest_queued_seconds 0",
      "builder_workers 1",
      'builder_step_duration_seconds_bucket{le="3",step="build",outcome="succeeded"} 1',
      'builder_http_request_duration_seconds_count{method="POST",route="/v1/builds",status="202"} 1',
      expect.stringMatching(/^nodejs_eventloop_lag_seconds /),
    ]),
  );
});

test("figures are told without the database too, and count that", async () => {
  const { app, store } = await openApp();
  store.fault = new Error("away");
  await app.inject("/metrics");
  const { body } = await app.inject("/metrics");
  expect(body).toMatch(/^builder_store_unreachable_total [12]$/m);
  expect(body).toMatch(/^builder_workers Nan$/m);
});

test("the page's files are served as they are, and nothing else of the disk", async () => {
  const { app } = await openApp();
  const folder = join(import.meta.dirname, "..", "..", "..", "builder", "page");
  const names = readdirSync(folder).filter((name) => /\.(?:js|css)$/.test(name));
  for (const name of names) {
    expect([name, (await app.inject(`/page/${name}`)).statusCode]).toEqual([name, 200]);
  }
  const page = await app.inject("/");
  expect([page.statusCode, page.headers]).toEqual([
    200,
    expect.objectContaining({
      "content-type": "text/html; charset=utf-8",
      "content-security-policy":
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
      "cache-control": "no-cache",
    }),
  ]);
  const headers = { "if-none-match": String(page.headers.etag) };
  const again = await app.inject({ url: "/", headers });
  expect([again.statusCode, again.body]).toEqual([304, ""]);
  for (const path of [
    "tsconfig.json",
    "..%2fsettings.ts",
    "..%2f..%2fpackage.json",
    "constructor",
  ]) {
    expect((await app.inject(`/page/${path}`)).statusCode).toBe(404);
  }
});
