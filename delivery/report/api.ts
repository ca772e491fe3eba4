import { RefusedError, retryAfter } from "./patience.ts";
import { type Answer, direct, type Transport } from "./transport.ts";

/** A host's JSON API. */
export interface Api {
  /** Its beginning; requests go nowhere else. */
  readonly address: string;
  /** Secret. Goes to the API's own server alone. */
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: straight to it. */
  readonly transport?: Transport;
}

/** What an API answered. */
export interface Told {
  readonly body: unknown;
  header(name: string): string | undefined;
}

/**
 * Asks an API once.
 * @param path behind the API's address, or a whole address on the same server.
 * @throws RefusedError when it refuses, sends elsewhere or does not answer.
 */
export async function ask(api: Api, method: string, path: string, body?: unknown): Promise<Told> {
  const address = addressOf(api, path);
  const { origin, pathname } = new URL(address);
  const where = `${method} ${origin}${pathname}`;
  const sent = {
    method,
    headers: {
      accept: "application/json",
      "user-agent": "slipway",
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(api.token && { authorization: `Bearer ${api.token}` }),
      ...api.headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  };
  let answer: Answer;
  try {
    answer = await (api.transport ?? direct)(address, sent);
  } catch (error) {
    const { message, cause } = error as Error;
    const why = (cause as Error | undefined)?.message || message;
    throw new RefusedError(`${where}: no answer (${why})`, { isPassing: true, cause: error });
  }
  if (answer.status < 200 || answer.status > 299) throw refusal(where, answer);
  return { body: parsed(answer.text), header: answer.header };
}

function addressOf({ address }: Api, path: string): string {
  if (!/^https?:/.test(path)) return `${address}${path}`;
  // What an answer names as its next page is not trusted with the token.
  if (new URL(path).origin === new URL(address).origin) return path;
  throw new RefusedError(`${new URL(path).origin}: is not the server that was asked`, {
    isPassing: false,
  });
}

function refusal(where: string, { status, header, text }: Answer): RefusedError {
  const wait = retryAfter(header("retry-after"), Date.now());
  // GitHub says 403 where a client asked too much of it, and then when to come back.
  const isPassing = status === 429 || status >= 500 || (status === 403 && wait !== undefined);
  const why = /^3/.test(String(status)) ? "sends elsewhere" : complaint(text);
  return new RefusedError(`${where}: ${status} ${why}`.trimEnd(), { status, isPassing, wait });
}

/** The server's own words: Bitbucket has them in `error`, GitHub at the top. */
function complaint(text: string): string {
  const { message, error } = (parsed(text) ?? {}) as {
    message?: unknown;
    error?: { message?: unknown };
  };
  const words = error?.message ?? message;
  return typeof words === "string" ? words.replace(/\s+/g, " ").slice(0, 200) : "";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
