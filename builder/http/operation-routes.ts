import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";
import type { Metrics } from "../metrics.ts";
import type { Settings } from "../settings.ts";
import type { BuildStore } from "../store/build-store.ts";
import { answer, openProblems, problems } from "./described.ts";
import { Problem } from "./problem.ts";
import { health, readiness } from "./schemas.ts";

/** What tells how the builder does. */
export interface OperationParts {
  readonly settings: Settings;
  readonly store: BuildStore;
  readonly metrics: Metrics;
  /** Whether builds can run in this process; throws why not. Absent where it builds nothing. */
  readonly checkBuilder?: () => Promise<void>;
}

const tags = ["operation"];

/** `/healthz`, `/readyz` and `/metrics`. */
export const operationRoutes: FastifyPluginAsyncZod<OperationParts> = async (app, parts) => {
  const { settings, store, metrics } = parts;

  app.get("/healthz", {
    config: { isOpen: true },
    schema: {
      tags,
      operationId: "getHealth",
      summary: "Whether the process runs",
      security: [],
      response: { 200: answer("It runs.", health), ...openProblems() },
    },
    handler: async () => ({ status: "ok" as const, ...settings.release }),
  });

  app.get("/readyz", {
    config: { isOpen: true },
    schema: {
      tags,
      operationId: "getReadiness",
      summary: "Whether orders are taken and, where builds run, they can",
      security: [],
      response: { 200: answer("It is ready.", readiness), ...openProblems(503) },
    },
    handler: async ({ log }) => {
      await demand(store.check(), "database: does not answer", log);
      if (parts.checkBuilder) await demand(parts.checkBuilder(), "engine: no build can run", log);
      const workers = await store.workers();
      const warnings =
        workers > 0
          ? []
          : ["no worker has given a sign of life lately: orders are kept, and nobody builds them"];
      return { status: "ready" as const, role: settings.role, workers, warnings };
    },
  });

  app.get("/metrics", {
    schema: {
      tags,
      operationId: "getMetrics",
      summary: "Figures for Prometheus",
      response: { 200: answer("The figures.", z.string(), "text/plain"), ...problems() },
    },
    handler: async (_request, reply) => {
      const { type, text } = await metrics.text();
      return reply.type(type).serializer(String).send(text);
    },
  });
};

/** @throws Problem 503 where the check fails; why is in the log, which may tell more than everybody should know. */
async function demand(
  check: Promise<void>,
  what: string,
  log: { warn(error: object, text: string): void },
): Promise<void> {
  try {
    await check;
  } catch (error) {
    log.warn({ err: error }, "not ready");
    throw new Problem(503, `${what}; the builder's log says why`, {
      headers: { "retry-after": "5" },
    });
  }
}
