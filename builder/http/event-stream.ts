import { once } from "node:events";
import type { FastifyReply } from "fastify";

/** One server-sent event; its data is sent as JSON. */
export interface StreamEvent {
  readonly event: string;
  readonly id?: string;
  readonly data: unknown;
}

/** Shorter than what proxies and browsers take for a dead connection, in milliseconds. */
const KEEP_ALIVE = 15_000;

/**
 * Sends events for as long as there are any and somebody reads them, no faster than they are read; comments keep the connection
 * alive in between. `signal` is to be over when the events are to end.
 */
export async function sendEvents(
  reply: FastifyReply,
  events: AsyncIterable<StreamEvent>,
  signal: AbortSignal,
): Promise<void> {
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-store",
    // Proxies that gather answers before they pass them on would hold back what happens now.
    "x-accel-buffering": "no",
  });
  raw.write("retry: 2000\n\n");
  const keepAlive = setInterval(() => {
    if (!raw.writableNeedDrain) raw.write(":\n\n");
  }, KEEP_ALIVE);
  try {
    for await (const event of events) {
      if (!raw.write(format(event))) await once(raw, "drain", { signal });
    }
  } catch (error) {
    // The status has been sent: all that is left to say is that the stream breaks off, and whoever reads it asks again.
    if (!signal.aborted) reply.log.error({ err: error }, "events broke off");
  } finally {
    clearInterval(keepAlive);
    raw.end();
  }
}

function format({ event, id, data }: StreamEvent): string {
  // JSON has no line ends of its own, so that one line holds all of it.
  return `event: ${event}\n${id === undefined ? "" : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}
