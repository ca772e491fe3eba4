import type { Queries } from "./database.ts";

/** A worker that has given no sign of life for so long may be replaced, by the database's clock. */
export const SILENCE = "20 seconds";

/** Whether a worker has given a sign of life lately. */
export async function isAlive({ query }: Queries, name: string | null): Promise<boolean> {
  const rows = await query(
    `SELECT 1 FROM builder.workers WHERE name = $1 AND heartbeat_at > now() - interval '${SILENCE}'`,
    [name],
  );
  return rows.length > 0;
}
