import { expect, test } from "vitest";
import { openApp } from "./open-app.ts";

interface Described {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<
    Record<string, { content: Readonly<Record<string, object>>; headers?: object }>
  >;
}

async function described(): Promise<Described> {
  const { app } = await openApp();
  return (await app.inject("/openapi.json")).json();
}

const operations = ({ paths }: Described) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

test("the document has every operation and what it answers", async () => {
  const document = await described();
  expect(document.openapi).toBe("3.1.0");
  const told = operations(document).map(({ path, method, operation }) =>
    [method, path, operation.operationId, ...Object.keys(operation.responses)].join(" "),
  );
  const usual = "400 401 403";
  expect(told).toEqual([
    `post /build-push buildPush 200 ${usual} 413 415 421 429 500 503`,
    `get /build-push-status buildPushStatus 200 ${usual} 404 421 500 503`,
    `get /retry-build retryBuildByGet 200 ${usual} 404 409 421 429 500 503`,
    `post /retry-build retryBuildByPost 200 ${usual} 404 409 413 415 421 429 500 503`,
    `post /v1/builds orderBuild 202 ${usual} 413 415 421 422 429 500 503`,
    `get /v1/builds listBuilds 200 ${usual} 421 500 503`,
    `get /v1/builds/{id} getBuild 200 ${usual} 404 421 500 503`,
    `post /v1/builds/{id}/cancel cancelBuild 202 ${usual} 404 413 415 421 500 503`,
    `post /v1/builds/{id}/retry retryBuild 202 ${usual} 404 409 413 415 421 429 500 503`,
    `get /v1/builds/{id}/log getLog 200 ${usual} 404 421 429 500 503`,
    `get /v1/builds/{id}/log/events followBuild 200 ${usual} 404 421 429 500 503`,
    `get /v1/events followBuilds 200 ${usual} 421 429 500 503`,
    "get /healthz getHealth 200 400 421",
    "get /readyz getReadiness 200 400 421 503",
    `get /metrics getMetrics 200 ${usual} 421 500 503`,
  ]);
});

test("every error has the form of its route", async () => {
  const document = await described();
  for (const { path, operation } of operations(document)) {
    const isLegacy = /^\/(?:build-push|retry-build)/.test(path);
    for (const [status, { content }] of Object.entries(operation.responses)) {
      if (status.startsWith("2")) continue;
      const $ref = `#/components/schemas/${isLegacy ? "BuildPushError" : "Problem"}`;
      const type = isLegacy ? "application/json" : "application/problem+json";
      expect([path, status, content]).toEqual([path, status, { [type]: { schema: { $ref } } }]);
    }
  }
});

test("every schema that is named is used, and every one that is used is there", async () => {
  const document = await described();
  const used = JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g);
  const names = new Set([...used].map(([, name]) => name));
  expect([...names].toSorted()).toEqual(Object.keys(document.components.schemas).toSorted());
});

test("what is answered too often or without a token says what to do", async () => {
  const document = await described();
  const post = document.paths["/v1/builds"]?.post;
  expect([post?.responses[401]?.headers, post?.responses[429]?.headers]).toEqual([
    { "WWW-Authenticate": { required: true, schema: { type: "string" } } },
    { "Retry-After": { required: true, schema: { type: "string" } } },
  ]);
});
