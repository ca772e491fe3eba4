import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { cursorOf, listQuery, numberIn } from "./build-schemas.ts";
import { answer, problems } from "./described.ts";
import { presentBuild } from "./present.ts";
import type { RouteParts } from "./route-parts.ts";
import { buildList } from "./schemas.ts";

/** `GET /v1/builds`: the client's own builds, those of all for an admin, page by page. */
export const listRoute: FastifyPluginAsyncZod<RouteParts> = async (app, { store }) => {
  app.get("/v1/builds", {
    schema: {
      tags: ["builds"],
      operationId: "listBuilds",
      summary: "Builds, newest first",
      querystring: listQuery,
      response: { 200: answer("A page of builds.", buildList), ...problems() },
    },
    handler: async ({ query, client }, reply) => {
      const { state, limit, cursor } = query;
      const before = cursor === undefined ? undefined : numberIn(cursor);
      const found = await store.list({
        ...(!client.isAdmin && { client: client.name }),
        ...(state && { state }),
        ...(before !== undefined && { before }),
        limit: limit + 1,
      });
      const builds = found.slice(0, limit);
      const last = builds.at(-1);
      const next = found.length > limit && last ? cursorOf(last.number) : null;
      if (next) reply.header("link", `<${nextPage(next, limit, state)}>; rel="next"`);
      return { builds: builds.map(presentBuild), next };
    },
  });
};

function nextPage(cursor: string, limit: number, state: string | undefined): string {
  return `/v1/builds?${new URLSearchParams({ limit: `${limit}`, cursor, ...(state && { state }) })}`;
}
