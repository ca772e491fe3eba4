import pg from "pg";
import { UserError } from "../../setup/user-error.ts";
import type { Database, Queries } from "./database.ts";
import { openListener } from "./postgres-listener.ts";

/** Connections of one process. */
const CONNECTIONS = 12;

/** How long a statement may take, in milliseconds. */
const STATEMENT = 60_000;

/** How long an answer may take, in milliseconds: where a network swallows what is sent, none ever ends the wait. */
const SILENCE = STATEMENT + 5_000;

/** Soon or never: a connection that does not answer is dropped, and the server ends its transaction. */
const ROLLBACK = { text: "ROLLBACK", query_timeout: 5_000 };

/** How long a transaction may stand still: one of a frozen process must not hold its locks for ever. In milliseconds. */
const IDLE_IN_TRANSACTION = 15_000;

/**
 * Opens a Postgres by its URL. Connections that break are replaced; what ran on them fails.
 * @param silence how long an answer may take, in milliseconds. Default: 65 000, longer than any statement may.
 * @throws UserError where it cannot be reached or refuses the login.
 */
export async function openPostgres(url: string, silence: number = SILENCE): Promise<Database> {
  const options = connectionOptions(url, silence);
  const pool = new pg.Pool({ ...options, max: CONNECTIONS, idleTimeoutMillis: 60_000 });
  // An idle connection that breaks is dropped from the pool by the pool itself; without a listener the process would end.
  pool.on("error", () => {});
  try {
    await pool.query("SELECT 1");
  } catch (error) {
    await pool.end();
    throw new UserError(
      `DATABASE_URL: the Postgres does not let us in (${oneLine(error)}); check its host, port, database, user and password`,
      { cause: error },
    );
  }
  const listener = openListener(options);
  return {
    kind: "postgres",
    query: async (text, values) => (await pool.query(text, copy(values))).rows,
    script: (text) => runScript(pool, text),
    transaction: (work) => inTransaction(pool, work),
    listen: (channel, heard) => listener.listen(channel, heard),
    async close() {
      await listener.close();
      await pool.end();
    },
  };
}

function connectionOptions(connectionString: string, silence: number): pg.ClientConfig {
  return {
    connectionString,
    application_name: "slipway-builder",
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    statement_timeout: STATEMENT,
    query_timeout: silence,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION,
  };
}

/**
 * Work on one connection of the pool.
 * @param work may say, by the function it is given, that the connection is not to be used again.
 */
async function onConnection<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient, spoil: () => void) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let isBroken = false;
  const spoil = (): void => {
    isBroken = true;
  };
  client.on("error", spoil);
  try {
    return await work(client, spoil);
  } finally {
    client.off("error", spoil);
    client.release(isBroken);
  }
}

function inTransaction<T>(pool: pg.Pool, work: (queries: Queries) => Promise<T>): Promise<T> {
  return onConnection(pool, async (client, spoil) => {
    try {
      await client.query("BEGIN");
      const result = await work({
        query: async (text, values) => (await client.query(text, copy(values))).rows,
      });
      await client.query("COMMIT");
      return result;
    } catch (error) {
      await client.query(ROLLBACK).catch(spoil);
      throw error;
    }
  });
}

/** A script that fails within a transaction of its own must not leave it open for the connection's next user. */
function runScript(pool: pg.Pool, text: string): Promise<object[]> {
  return onConnection(pool, async (client, spoil) => {
    try {
      const results = (await client.query(text)) as pg.QueryResult | pg.QueryResult[];
      return [results].flat().flatMap((result) => result.rows);
    } catch (error) {
      spoil();
      throw error;
    }
  });
}

function copy(values: readonly unknown[] | undefined): unknown[] | undefined {
  return values === undefined ? undefined : [...values];
}

/** Of all that went wrong when several addresses were tried, the first; never the URL, which has a password. */
function oneLine(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return String(first instanceof Error ? first.message : first).split("\n")[0] ?? "";
}
