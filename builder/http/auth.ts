import { timingSafeEqual } from "node:crypto";
import type { FastifyRequest } from "fastify";
import type { Client } from "../settings.ts";
import { hashToken } from "../token.ts";
import { Problem } from "./problem.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who asks; on routes that are open to all it is nobody in particular. */
    client: Caller;
  }
  interface FastifyContextConfig {
    /** Answers whoever asks, without a token. */
    isOpen?: boolean;
  }
}

/** Who asks. */
export type Caller = Pick<Client, "name" | "isAdmin">;

/** Where there are no tokens, everybody on this machine is the same client and may do everything. */
export const ANYBODY: Caller = { name: "anybody", isAdmin: true };

/** Who asks on an open route of a builder that has tokens. */
export const NOBODY: Caller = { name: "nobody", isAdmin: false };

/**
 * Finds the client whose token a request carries.
 * @throws Problem 401 where it carries none that is known; the answer does not tell which of both.
 */
export function authenticate(request: FastifyRequest, clients: readonly Client[]): Caller {
  if (clients.length === 0) return ANYBODY;
  const token = /^Bearer +(?<token>[\x21-\x7e]{1,512}) *$/i.exec(
    request.headers.authorization ?? "",
  )?.groups?.token;
  const client = token === undefined ? undefined : clientOf(token, clients);
  if (client) return client;
  const challenge = token === undefined ? "" : ', error="invalid_token"';
  throw new Problem(
    401,
    "authorization: there is no valid token; send the header Authorization: Bearer TOKEN",
    { headers: { "www-authenticate": `Bearer realm="builder"${challenge}` } },
  );
}

/** Whether a client may see and handle what another has ordered. */
export function mayHandle(caller: Caller, owner: string): boolean {
  return caller.isAdmin || caller.name === owner;
}

/** Compares with every client, so that the time it takes tells nothing. */
function clientOf(token: string, clients: readonly Client[]): Client | undefined {
  const hash = Buffer.from(hashToken(token), "hex");
  return clients.filter(({ tokenHash }) => timingSafeEqual(hash, Buffer.from(tokenHash, "hex")))[0];
}
