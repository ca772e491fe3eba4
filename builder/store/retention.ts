import type { Database } from "./database.ts";

/** How long a build is kept after its end, with its attempts and its log. */
const BUILDS_KEPT = "30 days";

/** How long a build that did not succeed can be built again from what was uploaded. */
const CONTEXTS_KEPT = "7 days";

/** How long a worker's name, and what it kept, is remembered after its last sign of life. */
const WORKERS_KEPT = "30 days";

/** Rows of one statement: none of them holds up the others for long. */
const MOST = 500;

/** Deletes what nobody needs any more. */
export async function dropOld({ query }: Database): Promise<void> {
  await whileAny(
    query,
    `DELETE FROM builder.context_parts WHERE build IN (
       SELECT id FROM builder.builds
       WHERE finished_at < now() - interval '${CONTEXTS_KEPT}' AND finished_at > now() - interval '${BUILDS_KEPT}'
         AND EXISTS (SELECT 1 FROM builder.context_parts WHERE build = builds.id)
       LIMIT ${MOST}) RETURNING build`,
  );
  await whileAny(
    query,
    `DELETE FROM builder.builds WHERE id IN (
       SELECT id FROM builder.builds WHERE finished_at < now() - interval '${BUILDS_KEPT}' LIMIT ${MOST})
     RETURNING id`,
  );
  await query(
    "DELETE FROM builder.idempotency_keys WHERE created_at < now() - interval '24 hours'",
  );
  await query(
    `DELETE FROM builder.workers WHERE heartbeat_at < now() - interval '${WORKERS_KEPT}' `,
  );
  await query(
    `DELETE FROM builder.images WHERE since < now() - interval '${WORKERS_KEPT}' AND NOT EXISTS (
       SELECT 1 FROM builder.workers WHERE name = worker)`,
  );
}

/** Repeats a statement until it finds nothing more. */
async function whileAny(query: Database["query"], statement: string): Promise<void> {
  while ((await query(statement)).length > 0);
}
