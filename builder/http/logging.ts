import type { FastifyReply, FastifyRequest } from "fastify";
import type { Settings } from "../settings.ts";

/** How requests are logged: one line each, without bodies, headers and queries, where secrets would be. */
export function logOptions(level: Settings["logLevel"], stream?: { write(line: string): void }) {
  return {
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: {
      req: describeRequest,
      res: ({ statusCode }: { statusCode: number }) => ({ status: statusCode }),
    },
    ...(stream && { stream }),
  };
}

function describeRequest({ method, url }: { method: string; url: string }) {
  return { method, path: url.replace(/\?.*$/s, "") };
}

/** The line of a request that has been answered. */
export function logAnswer(request: FastifyRequest, reply: FastifyReply): void {
  request.log.info(
    {
      req: request,
      client: request.client?.name,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
    },
    "answered",
  );
}
