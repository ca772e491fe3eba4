import type { Database } from "./database.ts";

/** Rows that have been changed or deleted, beyond which a table is gone over. */
const DEAD_ROWS = 200;

/**
 * Does what a Postgres server does by itself and PGlite, a single process, never does: goes over tables with dead rows, and
 * writes a checkpoint, without which the log of changes would grow for ever. One table a statement, since each holds up the process.
 */
export async function tidy(database: Database): Promise<void> {
  const tables = await database.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, relname) AS name FROM pg_stat_user_tables
     WHERE schemaname IN ('builder', 'pgboss') AND n_dead_tup > $1`,
    [DEAD_ROWS],
  );
  for (const { name } of tables) await database.script(`VACUUM (ANALYZE) ${name}`);
  await database.script("CHECKPOINT");
}
