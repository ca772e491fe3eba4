import type { IncomingMessage, ServerResponse } from "node:http";
import type { Cloud } from "../cloud/cloud.ts";
import { keptPath, missing, type RegistryRefusal, unwritable } from "../cloud/repositories.ts";
import { passOn } from "./pass-on.ts";
import { type Access, RegistryLogins, tokenHost } from "./registry-logins.ts";

/** A request to a registry, taken apart. */
interface Wanted {
  readonly host: string;
  /** The repository. */
  readonly path: string;
  /** What follows it, such as `manifests/main`. */
  readonly rest: string;
  readonly search: URLSearchParams;
}

/** The registries of the outside: their logins and their refusals, before the content that this machine's registry keeps. */
export class RegistryDoor {
  readonly #cloud: Cloud;
  readonly #registry: string;
  readonly #logins: RegistryLogins;

  /** @param registry host and port of this machine's registry. */
  constructor(cloud: Cloud, registry: string) {
    this.#cloud = cloud;
    this.#registry = registry;
    this.#logins = new RegistryLogins(cloud, (path) => this.#isPushed(path));
  }

  async answer(host: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", `https://${host}`);
    const { authorization } = request.headers;
    if (url.pathname === (host === tokenHost ? "/token" : "/v2/token")) {
      const scopes = url.searchParams.getAll("scope").flatMap((scope) => scope.split(" "));
      const { status, ...body } = await this.#logins.tokenFor(host, scopes, authorization);
      request.resume();
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      return;
    }
    const { path, rest } =
      /^\/v2\/(?<path>.+)\/(?<rest>(?:manifests|blobs|tags)\/.*)$/.exec(url.pathname)?.groups ?? {};
    if (!path || !rest) {
      refuse(request, response, {
        status: 404,
        code: "UNSUPPORTED",
        message: "404 page not found",
      });
      return;
    }
    await this.#answer({ host, path, rest, search: url.searchParams }, request, response);
  }

  async #answer(wanted: Wanted, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host, path } = wanted;
    const access: Access = isReading(request) ? "pull" : "push";
    const { authorization } = request.headers;
    const challenge = this.#logins.challenge(host, path, access, authorization);
    if (challenge !== undefined) {
      const message = host.endsWith(".amazonaws.com")
        ? "Not Authorized"
        : "authentication required";
      const headers = { "www-authenticate": challenge };
      refuse(request, response, { status: 401, code: "UNAUTHORIZED", message }, headers);
      return;
    }
    const refusal =
      access === "pull" ? missing(this.#cloud, host, path) : unwritable(this.#cloud, host, path);
    if (refusal) return refuse(request, response, refusal);
    await this.#passOn(wanted, request, response);
  }

  async #passOn(
    { host, path, rest, search }: Wanted,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const kept = keptPath(this.#cloud, host, path);
    const to = new URL(`http://${this.#registry}/v2/${kept}/${rest}`);
    to.search = this.#mounting(host, search, request.headers.authorization).toString();
    await passOn(request, response, {
      to,
      headers: { host: this.#registry, authorization: undefined },
      location: (location) => {
        const { pathname, search } = new URL(location, to);
        return `https://${host}${pathname.replace(`/v2/${kept}/`, `/v2/${path}/`)}${search}`;
      },
    });
  }

  /** The same query, with the repository to mount from as it is called here; without it where it may not be read. */
  #mounting(host: string, search: URLSearchParams, authorization: string | undefined) {
    const own = new URLSearchParams(search);
    const from = own.get("from");
    if (from === null) return own;
    if (this.#logins.challenge(host, from, "pull", authorization) === undefined) {
      own.set("from", keptPath(this.#cloud, host, from));
    } else {
      own.delete("from");
      own.delete("mount");
    }
    return own;
  }

  /** Whether anything has been pushed to a path of this machine's registry. */
  async #isPushed(path: string): Promise<boolean> {
    const { status } = await fetch(`http://${this.#registry}/v2/${path}/tags/list`);
    return status === 200;
  }
}

function isReading({ method }: IncomingMessage): boolean {
  return method === "GET" || method === "HEAD";
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  { status, ...error }: RegistryRefusal,
  headers: Readonly<Record<string, string>> = {},
): void {
  request.resume();
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(request.method === "HEAD" ? undefined : JSON.stringify({ errors: [error] }));
}
