import type { IncomingMessage, ServerResponse } from "node:http";
import type { Cloud } from "../cloud/cloud.ts";
import { isAllowed, routeOf } from "../cloud/routes.ts";
import { passOn } from "./pass-on.ts";

/** Answers as the platform before a workload does: `404` for a host it does not know, `403` for a visitor who may not ask. */
export async function answerForWorkload(
  cloud: Cloud,
  host: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const route = routeOf(cloud, host);
  if (!route) return refuse(request, response, 404, "Not Found");
  const token = /^bearer (?<token>.+)$/i.exec(request.headers.authorization ?? "")?.groups?.token;
  if (!route.public && !(token && isAllowed(cloud, token, `https://${host}`))) {
    return refuse(request, response, 403, "Forbidden");
  }
  await passOn(request, response, {
    to: new URL(request.url ?? "/", `http://127.0.0.1:${route.port}`),
  });
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  reason: string,
): void {
  request.resume();
  response.writeHead(status, { "content-type": "text/plain" }).end(`${status} ${reason}\n`);
}
