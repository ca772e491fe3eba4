import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { ContextRefused } from "../context/refused.ts";
import { NameRefused } from "../registry/reference.ts";
import { type BuildStore, KeyTaken, QueueFull } from "../store/build-store.ts";
import { isDatabaseAway } from "../store/failures.ts";
import { Problem, problemBody, type WrongField, wrongFields } from "./problem.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Errors as the older clients read them: `{"status":…,"message":…}`. */
    isLegacy?: boolean;
  }
}

/** How long the database may take to say that it is there, in milliseconds. */
const PATIENCE = 2_000;

/** Answers every error in the form of its route, and says nothing of what went wrong inside. */
export function answerErrors(app: FastifyInstance, store: BuildStore): void {
  app.setErrorHandler(async (error, request, reply) => {
    const problem = problemOf(error) ?? (await unexpected(error, request, store));
    await sendProblem(problem, request, reply);
  });
  app.setNotFoundHandler(async (request, reply) => {
    const problem = new Problem(404, "path: there is nothing here; see /openapi.json");
    await sendProblem(problem, request, reply);
  });
}

/** Sends a problem in the form of the request's route. */
export async function sendProblem(
  problem: Problem,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  reply.headers(problem.headers);
  if (request.routeOptions.config.isLegacy) {
    // The older clients know 400 for whatever is wrong with what they sent.
    const status = problem.status === 422 ? 400 : problem.status;
    await reply.code(status).type("application/json").send({ status, message: problem.message });
    return;
  }
  const body = problemBody(problem, request.id);
  await reply.code(problem.status).type("application/problem+json").send(body);
}

/** What is the client's to mend, or undefined. */
function problemOf(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error;
  if (hasZodFastifySchemaValidationErrors(error)) return wrongFields(fieldsOf(error));
  if (error instanceof ContextRefused || error instanceof NameRefused) {
    return new Problem(422, error.message, { fields: fieldIn(error.message), cause: error });
  }
  if (error instanceof KeyTaken) {
    const detail = "came with another order before; use a new key for a new order";
    return new Problem(422, `Idempotency-Key: ${detail}`, {
      fields: [{ field: "Idempotency-Key", detail }],
    });
  }
  if (error instanceof QueueFull) {
    const detail = "client: has as many builds waiting as it may; order again once some have ended";
    return new Problem(429, detail, { headers: { "retry-after": "10" } });
  }
  const { statusCode = 500, message } = error as { statusCode?: number; message: string };
  // Fastify's own: a body that is too large, of an unknown type, or no JSON.
  return statusCode >= 400 && statusCode < 500
    ? new Problem(statusCode, `request: ${message}`, { cause: error })
    : undefined;
}

/** The field that a refusal begins with: "image_name: is too long", "Dockerfile: has no FROM line". */
function fieldIn(message: string): WrongField[] {
  const { field, detail } = /^(?<field>\w+): (?<detail>.+)$/s.exec(message)?.groups ?? {};
  return field && detail ? [{ field: field.toLowerCase(), detail }] : [];
}

function fieldsOf(error: {
  validation: readonly { instancePath: string; message?: string; params: object }[];
  validationContext?: string | undefined;
}) {
  return error.validation.flatMap(({ instancePath, message = "is wrong", params }) => {
    const path = instancePath.split("/").filter((part) => part !== "");
    const field = path.join(".") || (error.validationContext ?? "request");
    if (!("keys" in params)) return [{ field, detail: message }];
    return (params.keys as string[]).map((key) => ({
      field: [...path, key].join(".").slice(0, 60),
      detail: "is unknown; take it out",
    }));
  });
}

/** Where the database is away, that is what is the matter; all else is a fault of ours, which the log alone explains. */
async function unexpected(
  error: unknown,
  request: FastifyRequest,
  store: BuildStore,
): Promise<Problem> {
  if (isDatabaseAway(error)) {
    request.log.warn({ reason: error.message }, "request failed: the database is away");
    return databaseAway(error);
  }
  request.log.error({ err: error }, "request failed");
  if (await isAway(store)) return databaseAway(error);
  return new Problem(500, "builder: this is a fault of the builder; its log knows the request_id");
}

function databaseAway(cause: unknown): Problem {
  const headers = { "retry-after": "5" };
  return new Problem(503, "database: does not answer; ask again in a moment", { headers, cause });
}

async function isAway(store: BuildStore): Promise<boolean> {
  const patience = AbortSignal.timeout(PATIENCE);
  const late = new Promise<true>((resolve) => {
    patience.addEventListener("abort", () => resolve(true), { once: true });
  });
  return Promise.race([
    store.check().then(
      () => false,
      () => true,
    ),
    late,
  ]);
}
