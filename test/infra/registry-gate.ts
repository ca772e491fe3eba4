import type { IncomingMessage, ServerResponse } from "node:http";
import type { Login } from "../../infra/config/environment.ts";

/** How a registry wants to be logged in to. */
export interface Demand extends Login {
  readonly scheme: "basic" | "bearer";
  /** Where it sends for tokens, or what Basic protects. */
  readonly realm: string;
  readonly service: string;
  /** Whether whoever has no login gets tokens as well. */
  readonly isPublic?: true;
}

/** Lets in only who shows what a registry demands. */
export class RegistryGate {
  readonly #demand: Demand;
  readonly #basic: string;
  #tokens: string[][] = [];

  constructor(demand: Demand) {
    this.#demand = demand;
    const { username, password } = demand;
    this.#basic = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  }

  forgetTokens(): void {
    this.#tokens = this.#tokens.map(() => []);
  }

  /** Answers a request for a token, or one that may not be answered otherwise; returns whether it did. */
  stops(request: IncomingMessage, response: ServerResponse): boolean {
    const { scheme, realm, service } = this.#demand;
    const { authorization = "", host } = request.headers;
    const url = new URL(request.url ?? "", `https://${host}`);
    if (scheme === "bearer" && `https://${host}${url.pathname}` === realm) {
      const isKnown =
        authorization === this.#basic || (this.#demand.isPublic && authorization === "");
      if (!isKnown || url.searchParams.get("service") !== service) {
        response.writeHead(401).end();
      } else {
        this.#tokens.push(url.searchParams.getAll("scope"));
        response.writeHead(200).end(JSON.stringify({ token: `token-${this.#tokens.length}` }));
      }
      return true;
    }
    const needed = scopeOf(request);
    const shown = Number(/^Bearer token-(?<number>\d+)$/.exec(authorization)?.groups?.number ?? 0);
    const isLetIn =
      scheme === "basic"
        ? authorization === this.#basic
        : this.#tokens[shown - 1]?.some((scope) => scope.startsWith(needed));
    if (isLetIn) return false;
    const name = scheme === "basic" ? "Basic" : "Bearer";
    const scope = scheme === "basic" ? "" : `,scope="${needed}"`;
    response.writeHead(401, {
      "www-authenticate": `${name} realm="${realm}",service="${service}"${scope}`,
    });
    request.resume();
    response.end();
    return true;
  }
}

function scopeOf({ method, url = "" }: IncomingMessage): string {
  const path = /^\/v2\/(?<path>.+)\/(?:manifests|blobs)\//.exec(url)?.groups?.path;
  const isReading = method === "GET" || method === "HEAD";
  return `repository:${path}:${isReading ? "pull" : "pull,push"}`;
}
