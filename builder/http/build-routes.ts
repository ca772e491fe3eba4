import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { buildParams } from "./build-schemas.ts";
import { answer, problems } from "./described.ts";
import { findBuild, noBuild, notRetriable } from "./find-build.ts";
import { listRoute } from "./list-route.ts";
import { orderRoute } from "./order-route.ts";
import { presentBuild, presentWithAttempts } from "./present.ts";
import type { RouteParts } from "./route-parts.ts";
import { build, buildWithAttempts } from "./schemas.ts";

const tags = ["builds"];

/** `/v1/builds`: order, look at, cancel and retry builds. */
export const buildRoutes: FastifyPluginAsyncZod<RouteParts> = async (app, parts) => {
  await app.register(orderRoute, parts);
  await app.register(listRoute, parts);
  const { store } = parts;

  app.get("/v1/builds/:id", {
    schema: {
      tags,
      operationId: "getBuild",
      summary: "One build and its attempts",
      params: buildParams,
      response: { 200: answer("The build.", buildWithAttempts), ...problems(404) },
    },
    handler: async ({ params, client }) => {
      const found = await findBuild(store, client, params.id);
      return presentWithAttempts(found, await store.attempts(found.id));
    },
  });

  app.post("/v1/builds/:id/cancel", {
    schema: {
      tags,
      operationId: "cancelBuild",
      summary: "Cancel a build",
      description:
        "A waiting build ends at once, a running one soon after; a final one stays what it is.",
      params: buildParams,
      response: { 202: answer("The build.", build), ...problems(404, 413, 415) },
    },
    handler: async ({ params, client }, reply) => {
      const { id } = await findBuild(store, client, params.id);
      const cancelled = await store.cancel(id);
      if (!cancelled) throw noBuild();
      return reply.code(202).send(presentBuild(cancelled));
    },
  });

  app.post("/v1/builds/:id/retry", {
    config: { isOrder: true },
    schema: {
      tags,
      operationId: "retryBuild",
      summary: "Retry a failed or cancelled build",
      description: "Begins with the push where the image is built and kept.",
      params: buildParams,
      response: { 202: answer("The build.", build), ...problems(404, 409, 413, 415, 429) },
    },
    handler: async ({ params, client }, reply) => {
      const { id } = await findBuild(store, client, params.id);
      const retried = await store.retry(id);
      if (!retried) throw noBuild();
      if (!retried.isQueued) throw notRetriable(retried.build.state);
      return reply.code(202).send(presentBuild(retried.build));
    },
  });
};
