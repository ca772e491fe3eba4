import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import pg from "pg";
import { openEngine } from "./open-engine.ts";
import { UserError } from "./user-error.ts";

/** A Postgres container that answers on 127.0.0.1. */
export interface RunningPostgres {
  /** For `DATABASE_URL`. */
  readonly url: string;
  /** Asks on a connection of its own. */
  query<Row extends object>(text: string): Promise<Row[]>;
  /** Kills it with -9 and starts it again, on the same port, with what it had committed. */
  restart(): Promise<void>;
  /** Takes the container away, with what it stored. */
  remove(): Promise<void>;
}

/** What a Postgres container is made of. */
export interface PostgresOptions {
  /** The Docker engine, as in `DOCKER_HOST`. */
  readonly host: string;
  /** The container's name. */
  readonly name: string;
  readonly image: string;
  /** A free one on 127.0.0.1. */
  readonly port: number;
}

const patience = 60_000;

/**
 * Makes and starts a Postgres container with a password of its own, published on 127.0.0.1 only, and waits until it answers.
 * On failure nothing of it is left and the error is thrown.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const { host, name, image, port } = options;
  const url = new URL(`postgresql://127.0.0.1:${port}/postgres`);
  url.username = "postgres";
  url.password = randomBytes(12).toString("hex");
  const container = await openEngine(host).createContainer({
    name,
    Image: image,
    Env: [`POSTGRES_PASSWORD=${url.password}`],
    ExposedPorts: { "5432/tcp": {} },
    HostConfig: { PortBindings: { "5432/tcp": [{ HostIp: "127.0.0.1", HostPort: `${port}` }] } },
  });
  const postgres: RunningPostgres = {
    url: url.href,
    query: (text) => ask(url.href, text),
    async restart() {
      await container.kill();
      await container.wait();
      await container.start();
      await untilItAnswers(postgres, name);
    },
    remove: async () => container.remove({ force: true, v: true }),
  };
  try {
    await container.start();
    await untilItAnswers(postgres, name);
    return postgres;
  } catch (error) {
    await postgres.remove();
    throw error;
  }
}

async function ask<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client(url);
  // A server that goes away also fails the query, which tells of it.
  client.on("error", () => {});
  try {
    await client.connect();
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

async function untilItAnswers(postgres: RunningPostgres, name: string): Promise<void> {
  const deadline = performance.now() + patience;
  for (;;) {
    try {
      await postgres.query("select 1");
      return;
    } catch (error) {
      if (performance.now() < deadline) {
        await pause(50);
        continue;
      }
      throw new UserError(
        `postgres: the container ${name} does not answer (${(error as Error).message}); see docker logs ${name}`,
        { cause: error },
      );
    }
  }
}
