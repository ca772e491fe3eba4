import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { referenceFor } from "../registry/reference.ts";
import { answer, legacyErrors } from "./described.ts";
import { findBuild, noBuild, notRetriable } from "./find-build.ts";
import { readBytes, readForm } from "./form.ts";
import {
  legacyForm,
  legacyQuery,
  legacyStarted,
  legacyStatus as statusSchema,
} from "./legacy-schemas.ts";
import { legacyStatus } from "./legacy-status.ts";
import { placeOrder } from "./place-order.ts";
import type { RouteParts } from "./route-parts.ts";

/** The API of the older clients: `/build-push`, `/build-push-status` and `/retry-build`. */
export const legacyRoutes: FastifyPluginAsyncZod<RouteParts> = async (app, parts) => {
  const { store, intake } = parts;
  const { uploadLimits: limits, registry } = parts.settings;
  const config = { isLegacy: true };
  const tags = ["older clients"];

  app.post("/build-push", {
    config: { ...config, isOrder: true },
    schema: {
      tags,
      operationId: "buildPush",
      summary: "Order a build of a Dockerfile",
      body: { content: { "multipart/form-data": { schema: legacyForm } } },
      response: {
        200: answer("The build is ordered.", legacyStarted),
        ...legacyErrors(413, 415, 429),
      },
    },
    preValidation: async (request) => {
      request.body = await readForm(request, {
        texts: ["image_name", "image_tag"],
        files: { file: (file) => readBytes("file", file, limits.dockerfileBytes) },
        isStrict: false,
        textBytes: 4096,
        bodyBytes: limits.bodyBytes,
      });
    },
    handler: async (request) => {
      const { image_name, image_tag, file } = legacyForm.parse(request.body);
      const order = {
        imageName: image_name,
        imageTag: image_tag,
        dockerfile: "Dockerfile",
        args: {},
      };
      const reference = referenceFor(registry, image_name, image_tag);
      const context = await intake.dockerfile(file);
      const more = { context, reference };
      const { build } = await placeOrder(store, request.client.name, order, more);
      return { status: 200 as const, message: "Build started", build_id: build.id };
    },
  });

  app.get("/build-push-status", {
    config,
    schema: {
      tags,
      operationId: "buildPushStatus",
      summary: "How far a build is",
      querystring: legacyQuery,
      response: { 200: answer("How far it is.", statusSchema), ...legacyErrors(404) },
    },
    handler: async ({ query, client }) => {
      const build = await findBuild(store, client, query.build_id);
      return { status: 200 as const, build_status: { build_id: build.id, ...legacyStatus(build) } };
    },
  });

  for (const method of ["GET", "POST"] as const) {
    app.route({
      method,
      url: "/retry-build",
      config: { ...config, isOrder: true },
      exposeHeadRoute: false,
      schema: {
        tags,
        operationId: method === "GET" ? "retryBuildByGet" : "retryBuildByPost",
        summary: "Retry a failed build or a failed push",
        querystring: legacyQuery,
        response: {
          200: answer("The retry is ordered.", legacyStarted),
          ...legacyErrors(404, 409, ...(method === "POST" ? ([413, 415] as const) : []), 429),
        },
      },
      handler: async ({ query, client }) => {
        const { id } = await findBuild(store, client, query.build_id);
        const retried = await store.retry(id);
        if (!retried) throw noBuild();
        if (!retried.isQueued) throw notRetriable(retried.build.state);
        return { status: 200 as const, message: "Retry started", build_id: id };
      },
    });
  }
};
