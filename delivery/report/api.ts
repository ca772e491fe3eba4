import type { z } from "zod";
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
  /**
   * Its body.
   * @throws RefusedError when that is of another form.
   */
  read<T>(form: z.ZodType<T>): T;
  header(name: string): string | undefined;
}

/**
 * Asks an API once.
 * @param path behind the API's address, or a whole address on the same server.
 * @throws RefusedError when it refuses, sends elsewhere, does not answer, or answers what is no JSON.
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
  const told = parsed(answer.text);
  const odd = (cause?: unknown): RefusedError =>
    new RefusedError(`${where}: ${answer.status}, but not in the form of this API`, {
      status: answer.status,
      isPassing: false,
      cause,
    });
  // A page for people, of whoever stands in between.
  if (told === undefined && answer.text.trim() !== "") throw odd();
  return {
    header: answer.header,
    read: (form) => {
      const { data, error, success } = form.safeParse(told);
      if (success) return data;
      throw odd(error);
    },
  };
}

function addressOf({ address }: Api, path: string): string {
  if (!/^https?:/.test(path)) return `${address}${path}`;
  // What an answer names as its next page is not trusted with the token.
  const { origin } = URL.canParse(path) ? new URL(path) : { origin: "the next page's address" };
  if (origin === new URL(address).origin) return path;
  throw new RefusedError(`${origin}: is not the server that was asked`, { isPassing: false });
}

function refusal(where: string, { status, header, text }: Answer): RefusedError {
  const wait = retryAfter(header("retry-after"), Date.now()) ?? untilReset(header, Date.now());
  // GitHub says 403 where a client asked too much of it, and then when to come back.
  const isPassing = status === 429 || status >= 500 || (status === 403 && wait !== undefined);
  const why = /^3/.test(String(status)) ? "sends elsewhere" : complaint(text);
  return new RefusedError(`${where}: ${status} ${why}`.trimEnd(), { status, isPassing, wait });
}

/**
 * Milliseconds until GitHub's hourly count of requests begins anew; undefined while some are left.
 * @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
 */
function untilReset(header: Answer["header"], now: number): number | undefined {
  const reset = header("x-ratelimit-reset") ?? "";
  if (header("x-ratelimit-remaining") !== "0" || !/^\d+$/.test(reset)) return undefined;
  return Math.max(0, Number(reset) * 1000 - now);
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
