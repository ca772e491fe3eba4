import multipart from "@fastify/multipart";
import Fastify, { type FastifyInstance } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import { type Metrics, openMetrics } from "../metrics.ts";
import type { Settings } from "../settings.ts";
import type { BuildStore } from "../store/build-store.ts";
import { authenticate, NOBODY } from "./auth.ts";
import { guardBodies, PATIENCE, type Patience } from "./bodies.ts";
import { buildRoutes } from "./build-routes.ts";
import { answerErrors } from "./errors.ts";
import { openIntake } from "./intake.ts";
import { legacyRoutes } from "./legacy-routes.ts";
import { logRoutes } from "./log-routes.ts";
import { logAnswer, logOptions } from "./logging.ts";
import { answerOtherMethods } from "./methods.ts";
import { describeRoutes } from "./openapi.ts";
import { operationRoutes } from "./operation-routes.ts";
import { requireOwnHost, requireOwnSite } from "./own-site.ts";
import { pageRoutes } from "./page-routes.ts";
import { Problem } from "./problem.ts";
import { Rate } from "./rate.ts";
import { serverOptions } from "./server-options.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Counts against what a client may order in a minute. */
    isOrder?: boolean;
    /** Lasts as long as somebody listens. */
    isStream?: boolean;
  }
}

/** What the HTTP side is made of. */
export interface AppParts {
  readonly settings: Settings;
  readonly store: BuildStore;
  /** Where log lines go. Default: standard output. */
  readonly logTo?: { write(line: string): void };
  /** Counts requests too. Default: counts of this app's own. */
  readonly metrics?: Metrics;
  /** With slow clients. */
  readonly patience?: Patience;
  /** Whether builds can run in this process; throws why not. Absent where it builds nothing. */
  readonly checkBuilder?: () => Promise<void>;
}

/**
 * The whole HTTP side. It does not listen yet (see `listen`), and closing it ends its streams and leaves the store alone.
 */
export async function buildApp(parts: AppParts): Promise<FastifyInstance> {
  const { settings, store, metrics = openMetrics(store), patience = PATIENCE } = parts;
  const app: FastifyInstance = Fastify({
    ...serverOptions(settings.uploadLimits, patience),
    logger: logOptions(settings.logLevel, parts.logTo),
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  answerErrors(app, store);
  observe(app, metrics);
  guard(app, settings);
  guardBodies(app, settings.uploadLimits, patience);
  const refuseOtherMethods = answerOtherMethods(app);
  app.removeContentTypeParser("text/plain");
  await app.register(multipart, { throwFileSizeLimit: false });
  await describeRoutes(app);
  if (settings.role !== "worker") await takeOrders(app, settings, store);
  await app.register(operationRoutes, { ...parts, metrics });
  refuseOtherMethods();
  return app;
}

/** What clients and people come for; a worker alone only tells how it does. */
async function takeOrders(
  app: FastifyInstance,
  settings: Settings,
  store: BuildStore,
): Promise<void> {
  const routes = { settings, store, intake: openIntake(settings) };
  await app.register(legacyRoutes, routes);
  await app.register(buildRoutes, routes);
  await app.register(logRoutes, routes);
  await app.register(pageRoutes);
}

/** Every answer is safe to show, is logged in one line and counts. */
function observe(app: FastifyInstance, metrics: Metrics): void {
  app.addHook("onRequest", async (_request, reply) => {
    reply.headers({ "x-content-type-options": "nosniff", "cache-control": "no-store" });
  });
  app.addHook("onResponse", async (request, reply) => {
    logAnswer(request, reply);
    const { url = "none", config } = request.routeOptions;
    if (config.isStream) return;
    const labels = { method: request.method, route: url, status: reply.statusCode };
    metrics.requestAnswered(labels, reply.elapsedTime / 1000);
  });
}

/** Before a byte of a body is read: who asks, whether from here, and whether not too often. */
function guard(app: FastifyInstance, { clients, uploadLimits }: Settings): void {
  const rate = new Rate(uploadLimits.perMinute);
  app.decorateRequest("client");
  app.addHook("onRequest", async (request) => {
    const { isOpen, isOrder } = request.routeOptions.config;
    request.client = NOBODY;
    if (clients.length === 0) requireOwnHost(request);
    if (isOpen) return;
    if (clients.length === 0) requireOwnSite(request);
    request.client = authenticate(request, clients);
    const wait = isOrder ? rate.take(request.client.name) : 0;
    if (wait === 0) return;
    throw new Problem(
      429,
      `client: may order ${uploadLimits.perMinute} builds a minute; order again in ${wait} s`,
      { headers: { "retry-after": `${wait}` } },
    );
  });
}
