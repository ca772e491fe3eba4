import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { UserError } from "../../setup/user-error.ts";
import type { Database, Queries } from "./database.ts";
import { lockFolder } from "./folder-lock.ts";
import { tidy } from "./tidy.ts";

/** How often the database is tidied, in milliseconds. */
const TIDY_EVERY = 60_000;

/** Postgres's number of the type of bytes, which the library itself writes and reads a byte at a time: a minute for 60 MB. */
const BYTEA = 17;

/**
 * Opens the Postgres that runs within this process and keeps its files in `<folder>/database`. What has been committed outlives
 * the process, however that ends; it is the operating system that writes it to the disk, within seconds.
 * @throws UserError where another process has the folder.
 */
export async function openPglite(folder: string): Promise<Database> {
  const lock = lockFolder(folder, "database");
  if ("holder" in lock) {
    const who = lock.holder === 0 ? "another process" : `process ${lock.holder}`;
    throw new UserError(
      `BUILDER_FOLDER: ${who} has the database in ${folder}; stop it, name another folder, or let both use a Postgres by DATABASE_URL`,
    );
  }
  try {
    const engine = await PGlite.create(join(folder, "database"), {
      relaxedDurability: false,
      serializers: { [BYTEA]: (bytes: Uint8Array) => `\\x${Buffer.from(bytes).toString("hex")}` },
      parsers: { [BYTEA]: (text) => Buffer.from(text.slice(2), "hex") },
    });
    return pgliteDatabase(engine, lock.release);
  } catch (error) {
    lock.release();
    throw error;
  }
}

function pgliteDatabase(engine: PGlite, release: () => void): Database {
  const inTurn = oneAtATime();
  const database: Database = {
    kind: "pglite",
    query: (text, values) => inTurn(async () => rowsOf(await engine.query(text, copy(values)))),
    script: (text) => inTurn(() => runScript(engine, text)),
    transaction: (work) =>
      inTurn(() => engine.transaction((transaction) => work(queriesOf(transaction)))),
    async listen(channel, heard) {
      const end = await engine.listen(channel, heard);
      return () => end();
    },
    async close() {
      clearInterval(tidying);
      await inTurn(() => engine.close());
      release();
    },
  };
  const tidying = setInterval(() => tidy(database).catch(() => {}), TIDY_EVERY);
  tidying.unref();
  return database;
}

/** A script that fails within a transaction of its own must not leave it open for whoever is next. */
async function runScript(engine: PGlite, text: string): Promise<object[]> {
  try {
    return (await engine.exec(text)).flatMap((result) => result.rows as object[]);
  } catch (error) {
    await engine.exec("ROLLBACK");
    throw error;
  }
}

function queriesOf(engine: Pick<PGlite, "query">): Queries {
  return { query: async (text, values) => rowsOf(await engine.query(text, copy(values))) };
}

function rowsOf<Row>(result: { rows: unknown[] }): Row[] {
  return result.rows as Row[];
}

function copy(values: readonly unknown[] | undefined): unknown[] | undefined {
  return values === undefined ? undefined : [...values];
}

/** The engine has one connection: what is asked is done in the order of asking. */
function oneAtATime(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine.catch(() => {});
    return mine;
  };
}
