import { UserError } from "../../setup/user-error.ts";
import type { Database } from "./database.ts";
import { MIGRATIONS } from "./migrations.ts";

/** So that processes which start at once do not make the tables twice. Any number that nobody else locks. */
const LOCK = 7_402_118_331;

/**
 * Brings the tables of the schema `builder` up to date: each migration once, in their order, all or none.
 * @throws UserError where a newer builder made them.
 */
export async function applySchema(
  database: Database,
  migrations: readonly string[] = MIGRATIONS,
): Promise<void> {
  await database.transaction(async ({ query }) => {
    await query("SELECT pg_advisory_xact_lock($1)", [LOCK]);
    await query("CREATE SCHEMA IF NOT EXISTS builder");
    await query(
      "CREATE TABLE IF NOT EXISTS builder.migrations (version int PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())",
    );
    const [{ version } = { version: 0 }] = await query<{ version: number }>(
      "SELECT coalesce(max(version), 0)::int AS version FROM builder.migrations",
    );
    if (version > migrations.length) {
      throw new UserError(
        `database: its tables have version ${version}, this builder knows ${migrations.length}; run the newer builder that made them`,
      );
    }
    for (const [index, migration] of migrations.entries()) {
      if (index < version) continue;
      for (const statement of statements(migration)) await query(statement);
      await query("INSERT INTO builder.migrations (version) VALUES ($1)", [index + 1]);
    }
  });
}

/** A migration is statements that end with `;` at a line's end. */
function statements(migration: string): string[] {
  return migration
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}
