import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { UploadLimits } from "../settings.ts";
import { BodyRoom } from "./body-room.ts";
import { answerBroken } from "./broken.ts";
import { Problem } from "./problem.ts";

/** How patient the server is, in milliseconds and bytes. */
export interface Patience {
  /** For a request's headers. */
  readonly headers: number;
  /** Within each such span of a body … */
  readonly span: number;
  /** … as many bytes have to come. */
  readonly spanBytes: number;
  /** For the rest of a body that has been answered already. */
  readonly rest: number;
}

export const PATIENCE: Patience = { headers: 10_000, span: 10_000, spanBytes: 4096, rest: 5_000 };

type Raw = FastifyRequest["raw"];

/**
 * Lets bodies in only as large as they may be, as many at once as there is room for, and as fast as somebody sends who means
 * it; what is left of a body that has been refused is read for a moment, so that its sender gets to see why.
 */
export function guardBodies(
  app: FastifyInstance,
  { bodyBytes }: UploadLimits,
  patience: Patience,
): void {
  const room = new BodyRoom(bodyBytes);
  app.addHook("onRequest", async (request, reply) => {
    const bytes = announced(request, bodyBytes);
    if (bytes === 0) return forgetType(request);
    if (bytes > bodyBytes) {
      throw new Problem(413, `body: is larger than ${bodyBytes} bytes; send less`);
    }
    reply.raw.once("close", room.take(request.client.name, bytes));
    watchPace(request, reply, patience);
  });
  app.addHook("onResponse", async ({ raw }) => readRest(raw, patience.rest));
}

/** What the body's size is said to be; without a word it may be as large as any. */
function announced({ headers }: FastifyRequest, most: number): number {
  if (headers["transfer-encoding"] !== undefined) return most;
  return Number(headers["content-length"] ?? 0);
}

/** Nothing is of no type, whatever it is called: `curl -X POST -d ''` calls it a form. Routes with a body say what they miss. */
function forgetType({ headers, routeOptions }: FastifyRequest): void {
  if (routeOptions.schema?.body === undefined) delete headers["content-type"];
}

function watchPace({ raw }: FastifyRequest, reply: FastifyReply, patience: Patience): void {
  const { socket } = raw;
  let before = socket.bytesRead;
  const watch = setInterval(() => {
    const { bytesRead } = socket;
    if (raw.complete) clearInterval(watch);
    else if (bytesRead - before < patience.spanBytes) {
      clearInterval(watch);
      cutOff(raw, reply, patience.rest);
    }
    before = bytesRead;
  }, patience.span);
  reply.raw.once("close", () => clearInterval(watch));
}

function cutOff(raw: Raw, reply: FastifyReply, rest: number): void {
  if (!reply.sent) {
    reply.hijack();
    answerBroken({ code: "ERR_HTTP_REQUEST_TIMEOUT" }, raw.socket);
  }
  destroyLater(raw, rest);
}

function readRest(raw: Raw, rest: number): void {
  if (raw.complete || raw.readableEnded || raw.destroyed) return;
  destroyLater(raw, rest);
  raw.unpipe();
  raw.resume();
}

/** Takes the connection of a body along that has not ended by then. */
function destroyLater(raw: Raw, milliseconds: number): void {
  const timer = setTimeout(() => raw.destroy(), milliseconds);
  raw.once("close", () => clearTimeout(timer));
}
