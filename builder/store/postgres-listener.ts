import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";

// LISTEN needs a connection of its own that stays; when it breaks, another one is made and told the same.

/** Between two tries to connect, in milliseconds. */
const RETRY_AFTER = 500;

type Heard = (payload: string) => void;

export interface Listener {
  /** Resolves once the connection listens. */
  listen(channel: string, heard: Heard): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export function openListener(options: pg.ClientConfig): Listener {
  const channels = new Map<string, Set<Heard>>();
  const closing = new AbortController();
  let connected: Promise<pg.Client> | undefined;

  /** Keeps trying until there is a connection that listens to all channels, or the listener is closed. */
  async function connect(): Promise<pg.Client> {
    for (;;) {
      const client = new pg.Client(options);
      client.on("error", () => {});
      client.on("notification", ({ channel, payload }) => {
        for (const heard of channels.get(channel) ?? []) heard(payload ?? "");
      });
      try {
        await client.connect();
        for (const channel of channels.keys()) await client.query(listenTo(client, channel));
        client.once("end", reconnect);
        return client;
      } catch {
        await client.end().catch(() => {});
        await pause(RETRY_AFTER, undefined, { signal: closing.signal });
      }
    }
  }

  function reconnect(): void {
    if (closing.signal.aborted) return;
    connected = connect();
    // Only closing ends the tries.
    connected.catch(() => {});
  }

  return {
    async listen(channel, heard) {
      const others = channels.get(channel);
      if (others !== undefined) {
        others.add(heard);
      } else {
        channels.set(channel, new Set([heard]));
        if (connected === undefined) reconnect();
        const client = await connected;
        // A connection that breaks right here is replaced by one that listens to all channels.
        await client?.query(listenTo(client, channel)).catch(() => {});
      }
      return async () => {
        channels.get(channel)?.delete(heard);
      };
    },
    async close() {
      closing.abort();
      const client = await connected?.catch(() => undefined);
      await client?.end().catch(() => {});
    },
  };
}

function listenTo(client: pg.Client, channel: string): string {
  return `LISTEN ${client.escapeIdentifier(channel)}`;
}
