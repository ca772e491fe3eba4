import type { FastifyRequest } from "fastify";
import { isLoopback } from "../settings/variables.ts";
import { Problem } from "./problem.ts";

// Without tokens whoever reaches the loopback device may build, and a browser on this machine reaches it for any site that it
// shows: by a request of that site's page, or by a name of that site that suddenly means 127.0.0.1 (DNS rebinding).

/** @throws Problem 421 for a Host that is not this machine by its own name. */
export function requireOwnHost({ headers }: FastifyRequest): void {
  if (isLoopback(hostName(headers.host))) return;
  throw new Problem(
    421,
    "host: without tokens only localhost and 127.0.0.1 are answered; ask by one of them, or set BUILDER_TOKENS_FILE",
  );
}

/** @throws Problem 403 for a request that a page of another site has made. */
export function requireOwnSite({ headers }: FastifyRequest): void {
  const site = headers["sec-fetch-site"];
  const isOwnSite = site === undefined || site === "same-origin" || site === "none";
  const isOwnOrigin = headers.origin === undefined || headers.origin === `http://${headers.host}`;
  if (isOwnSite && isOwnOrigin) return;
  throw new Problem(
    403,
    "origin: a page of another site has asked; without tokens only the builder's own page may, so set BUILDER_TOKENS_FILE to ask from elsewhere",
  );
}

/** `localhost` of `localhost:8000`, `::1` of `[::1]:8000`; empty for what is neither a name nor an address. */
function hostName(host = ""): string {
  const { name, address } =
    /^(?:(?<name>[a-z0-9.-]+)|\[(?<address>[0-9a-f:.]+)\])(?::\d{1,5})?$/i.exec(host)?.groups ?? {};
  return (name ?? address ?? "").toLowerCase();
}
