import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { referenceFor } from "../registry/reference.ts";
import { type OrderBody, orderOf, readBuildForm } from "./build-order.ts";
import { buildForm, buildJson, idempotencyHeaders } from "./build-schemas.ts";
import { answer, problems } from "./described.ts";
import { placeOrder } from "./place-order.ts";
import { presentBuild } from "./present.ts";
import { wrongFields } from "./problem.ts";
import type { RouteParts } from "./route-parts.ts";
import { build } from "./schemas.ts";

/** `POST /v1/builds`: orders a build, as a form or, of a Dockerfile alone, as JSON. */
export const orderRoute: FastifyPluginAsyncZod<RouteParts> = async (app, parts) => {
  const { settings, store, intake } = parts;
  app.post("/v1/builds", {
    config: { isOrder: true },
    schema: {
      tags: ["builds"],
      operationId: "orderBuild",
      summary: "Order a build",
      headers: idempotencyHeaders,
      body: {
        content: {
          "multipart/form-data": { schema: buildForm },
          "application/json": { schema: buildJson },
        },
      },
      response: { 202: answer("The build is ordered.", build), ...problems(413, 415, 422, 429) },
    },
    preValidation: async (request) => {
      if (request.isMultipart()) request.body = await readBuildForm(request, settings, intake);
      else if (request.body === undefined) {
        throw wrongFields([{ field: "body", detail: "missing; send multipart/form-data or JSON" }]);
      }
    },
    handler: async (request, reply) => {
      // The schema of the body's type has been applied; the compiler does not know which.
      const body = request.body as OrderBody;
      const reference = referenceFor(settings.registry, body.image_name, body.image_tag);
      const { order, context } = await orderOf(body, settings, intake);
      const key = request.headers["idempotency-key"];
      const placed = await placeOrder(store, request.client.name, order, {
        context,
        reference,
        key,
      });
      if (!placed.isNew) reply.header("idempotent-replayed", "true");
      return reply
        .code(202)
        .header("location", `/v1/builds/${placed.build.id}`)
        .send(presentBuild(placed.build));
    },
  });
};
