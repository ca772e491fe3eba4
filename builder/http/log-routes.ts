import { Readable } from "node:stream";
import type { FastifyRequest } from "fastify";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import { buildParams, eventsHeaders, logQuery } from "./build-schemas.ts";
import { answer, problems } from "./described.ts";
import { findBuild } from "./find-build.ts";
import { followBuilds } from "./follow-builds.ts";
import { followLog, lines } from "./follow-log.ts";
import { plainLog } from "./plain-log.ts";
import type { RouteParts } from "./route-parts.ts";
import { Streams } from "./streams.ts";

const tags = ["logs and events"];

const EVENTS = "text/event-stream";

/** Logs as text, and what happens as server-sent events. */
export const logRoutes: FastifyPluginAsyncZod<RouteParts> = async (app, { store }) => {
  const streams = new Streams();
  app.addHook("preClose", async () => streams.close());

  app.get("/v1/builds/:id/log", {
    // A stream without its content would never end.
    exposeHeadRoute: false,
    schema: {
      tags,
      operationId: "getLog",
      summary: "A build's log",
      description:
        "As text what is there by now; with `Accept: text/event-stream` the same as `/v1/builds/{id}/log/events`.",
      params: buildParams,
      querystring: logQuery,
      headers: eventsHeaders,
      response: {
        200: {
          description: "The log.",
          content: { "text/plain": { schema: z.string() }, [EVENTS]: { schema: z.string() } },
        },
        ...problems(404, 429),
      },
    },
    handler: async (request, reply) => {
      const { id } = await findBuild(store, request.client, request.params.id);
      if (wantsEvents(request)) {
        const after = request.headers["last-event-id"] ?? 0;
        return streams.send(reply, (signal) => followLog(store, id, after, signal));
      }
      const text = plainLog(lines(store, id, 0), request.query.attempt);
      return reply.type("text/plain; charset=utf-8").send(streamed(text));
    },
  });

  app.get("/v1/builds/:id/log/events", {
    config: { isStream: true },
    exposeHeadRoute: false,
    schema: {
      tags,
      operationId: "followBuild",
      summary: "A build as it happens",
      description:
        "`line` events with a line each and its `seq` as id, `state` events with the build, and an `end`, after which there is nothing to ask for. `Last-Event-ID` goes on after a line.",
      params: buildParams,
      headers: eventsHeaders,
      response: { 200: answer("The events.", z.string(), EVENTS), ...problems(404, 429) },
    },
    handler: async (request, reply) => {
      const { id } = await findBuild(store, request.client, request.params.id);
      const after = request.headers["last-event-id"] ?? 0;
      return streams.send(reply, (signal) => followLog(store, id, after, signal));
    },
  });

  app.get("/v1/events", {
    config: { isStream: true },
    exposeHeadRoute: false,
    schema: {
      tags,
      operationId: "followBuilds",
      summary: "All builds as they change",
      description:
        "A `build` event with the build whenever one is new or changes. What happened before, or while the connection was lost, is in the list.",
      response: { 200: answer("The events.", z.string(), EVENTS), ...problems(429) },
    },
    handler: async (request, reply) =>
      streams.send(reply, (signal) => followBuilds(store, request.client, signal)),
  });
};

function wantsEvents({ headers }: FastifyRequest): boolean {
  return headers.accept?.toLowerCase().includes(EVENTS) ?? false;
}

/** A text that is sent while it is read; its schema knows texts alone. */
function streamed(text: AsyncIterable<string>): string {
  return Readable.from(text) as unknown as string;
}
