import type { FastifyReply } from "fastify";
import { type StreamEvent, sendEvents } from "./event-stream.ts";
import { Problem } from "./problem.ts";

/** Streams of one client that may be open at once. */
const MOST = 100;

/** The streams that are open: few enough for each client, and ended when the server closes. */
export class Streams {
  readonly #closing = new AbortController();
  readonly #open = new Map<string, number>();

  /**
   * Sends what `events` yields until it ends, the reader goes or the server closes; `events` is given the signal of that.
   * @throws Problem 429 for a client that has too many open.
   */
  async send(
    reply: FastifyReply,
    events: (signal: AbortSignal) => AsyncIterable<StreamEvent>,
  ): Promise<void> {
    const { name } = reply.request.client;
    const open = this.#open.get(name) ?? 0;
    if (open >= MOST) {
      throw new Problem(429, `client: has ${MOST} streams open; close one`, {
        headers: { "retry-after": "5" },
      });
    }
    this.#open.set(name, open + 1);
    const gone = new AbortController();
    reply.raw.once("close", () => gone.abort());
    const signal = AbortSignal.any([gone.signal, this.#closing.signal]);
    try {
      await sendEvents(reply, events(signal), signal);
    } finally {
      const left = (this.#open.get(name) ?? 1) - 1;
      if (left === 0) this.#open.delete(name);
      else this.#open.set(name, left);
    }
  }

  /** Ends all that are open. */
  close(): void {
    this.#closing.abort();
  }
}
