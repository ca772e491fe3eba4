import { randomUUID } from "node:crypto";
import { type FastifyReply, type FastifyRequest, LogController } from "fastify";
import type { UploadLimits } from "../settings.ts";
import type { Patience } from "./bodies.ts";
import { answerBroken } from "./broken.ts";
import { Problem, problemBody } from "./problem.ts";

/** Milliseconds for a whole request; those that hardly move end sooner. */
const REQUEST = 300_000;

/** Milliseconds that a connection may be silent: longer than streams ever are. */
const SILENCE = 60_000;

/** What the server allows before any route is known. Its errors have the form of all others. */
export function serverOptions({ dockerfileBytes, bodyBytes }: UploadLimits, patience: Patience) {
  return {
    // A Dockerfile within JSON grows by its escapes.
    bodyLimit: Math.min(bodyBytes, 2 * dockerfileBytes + 64 * 1024),
    connectionTimeout: SILENCE,
    requestTimeout: REQUEST,
    keepAliveTimeout: 10_000,
    http: {
      headersTimeout: patience.headers,
      connectionsCheckingInterval: Math.min(2_000, patience.headers),
      maxHeaderSize: 16 * 1024,
      requireHostHeader: true,
    },
    routerOptions: { maxParamLength: 100 },
    // The log's own line says it all, with less.
    logController: new LogController({ disableRequestLogging: true }),
    // An id that the client chose could be anything, and another's.
    requestIdHeader: false as const,
    genReqId: () => randomUUID(),
    frameworkErrors: (
      error: Error & { statusCode?: number },
      _: FastifyRequest,
      reply: FastifyReply,
    ) => {
      const problem = new Problem(
        error.statusCode ?? 400,
        "path: cannot be read; see /openapi.json",
      );
      reply.code(problem.status).type("application/problem+json").send(problemBody(problem));
    },
    clientErrorHandler: answerBroken,
  };
}
