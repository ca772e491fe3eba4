import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engineHost } from "./engine.ts";
import { until } from "./until.ts";

/** A way to the Docker engine on which a test can stop the traffic at a place of its choice. */
export interface EngineProxy {
  /** As in `DOCKER_HOST`. */
  readonly host: string;
  /**
   * Holds the next request whose first line matches, before the engine hears of it, or the engine's answer to it.
   */
  hold(what: "request" | "answer", pattern: RegExp): Hold;
  close(): void;
}

export interface Hold {
  /** Settles when there is something to hold; fails after 60 seconds. */
  reached(): Promise<void>;
  /** Lets it go on. */
  release(): void;
}

interface Waiting {
  readonly what: "request" | "answer";
  readonly pattern: RegExp;
  isReached: boolean;
  readonly released: PromiseWithResolvers<void>;
}

const firstLine = /^(?:GET|HEAD|POST|PUT|DELETE) \S+ HTTP\/1\.1\r\n/;

/** Opens a socket that passes everything on to the engine. */
export async function openEngineProxy(): Promise<EngineProxy> {
  const path = join(tmpdir(), `slipway-engine-${randomBytes(4).toString("hex")}.sock`);
  const waiting = new Set<Waiting>();
  const open = new Set<Socket>();

  const hold = async (what: Waiting["what"], line: string): Promise<void> => {
    for (const each of waiting) {
      if (each.what !== what || !each.pattern.test(line)) continue;
      waiting.delete(each);
      each.isReached = true;
      await each.released.promise;
    }
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = connect({ ...engineAddress(), allowHalfOpen: true });
    let line = "";
    pass(client, engine, async (chunk) => {
      const [request] = firstLine.exec(chunk.toString("latin1", 0, 4_096)) ?? [];
      if (request === undefined) return;
      line = request;
      await hold("request", line);
    });
    pass(engine, client, () => hold("answer", line));
    for (const socket of [client, engine]) {
      open.add(socket);
      socket.on("close", () => open.delete(socket));
    }
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));

  return {
    host: `unix://${path}`,
    hold(what, pattern) {
      const each: Waiting = {
        what,
        pattern,
        isReached: false,
        released: Promise.withResolvers<void>(),
      };
      waiting.add(each);
      return {
        async reached() {
          await until(`${what} of ${pattern}`, () => each.isReached);
        },
        release: () => each.released.resolve(),
      };
    },
    close() {
      server.close();
      for (const socket of open) socket.destroy();
      rmSync(path, { force: true });
    },
  };
}

/** Hands every chunk on after `before` has seen it; an end or an error on one side reaches the other. */
function pass(from: Socket, to: Socket, before: (chunk: Buffer) => Promise<void>): void {
  const copy = async (): Promise<void> => {
    for await (const chunk of from) {
      await before(chunk);
      to.write(chunk);
    }
    to.end();
  };
  copy().catch(() => to.destroy());
  // A client that goes away while its request is held must not keep the engine's side open.
  from.on("close", () => {
    if (from.errored) to.destroy();
  });
  to.on("error", () => from.destroy());
}

function engineAddress(): { path: string } | { host: string; port: number } {
  const { protocol, pathname, hostname, port } = new URL(engineHost);
  return protocol === "unix:" ? { path: pathname } : { host: hostname, port: Number(port) };
}
