import { randomUUID } from "node:crypto";
import type { Step } from "../build.ts";
import { BUILDS, type Queue } from "../queue/queue.ts";
import type { Database, Queries } from "./database.ts";
import { lose, RUNNING_COLUMNS, type RunningRow } from "./lose.ts";
import { requeue } from "./requeue.ts";
import { SILENCE } from "./workers.ts";

// Whatever crashed when: a build that is not final runs under a lease or has a job that somebody will fetch. What follows makes
// that true again, any number of times, in any process.

/** One process at a time. */
const LOCK = 7_402_118_332;

/** Rows of one go. */
const MOST = 100;

/** Takes over what lost workers left, and queues again what no worker would ever find. */
export async function reconcile(database: Database, queue: Queue): Promise<void> {
  await database.transaction(async (queries) => {
    const [{ mine } = { mine: false }] = await queries.query<{ mine: boolean }>(
      "SELECT pg_try_advisory_xact_lock($1) AS mine",
      [LOCK],
    );
    if (!mine) return;
    await takeOver(queries, queue);
    await queueStranded(queries, queue);
  });
}

/** Builds whose worker has given no sign for as long as its lease lasts. */
async function takeOver(queries: Queries, queue: Queue): Promise<void> {
  const rows = await queries.query<RunningRow & { worker: string }>(
    `SELECT ${RUNNING_COLUMNS}, worker FROM builder.builds
     WHERE state IN ('building', 'pushing') AND lease_until < now()
     ORDER BY number LIMIT ${MOST} FOR UPDATE SKIP LOCKED`,
  );
  for (const row of rows) {
    const why = `worker ${row.worker} gave no sign of life`;
    await lose(queries, queue, row, { why, isCounted: true, isDelayed: false });
  }
}

interface Stranded {
  id: string;
  client: string;
  step: Step;
  lost: number;
}

/** Queued builds whose job is gone, and pushes that wait for a worker that is gone: any worker may have them. */
async function queueStranded(queries: Queries, queue: Queue): Promise<void> {
  const rows = await queries.query<Stranded>(
    `SELECT id, client, step, lost FROM builder.builds build
     WHERE state = 'queued' AND queued_at < now() - interval '5 seconds' AND (
       NOT EXISTS (SELECT 1 FROM pgboss.job WHERE name = build.queue AND job.id = build.job AND job.state < 'completed')
       OR queue <> $1 AND NOT EXISTS (
         SELECT 1 FROM builder.workers WHERE name = build.held_by AND heartbeat_at > now() - interval '${SILENCE}'))
     ORDER BY number LIMIT ${MOST} FOR UPDATE SKIP LOCKED`,
    [BUILDS],
  );
  for (const { id, client, step, lost } of rows) {
    await requeue(queries, queue, {
      build: id,
      client,
      job: randomUUID(),
      into: BUILDS,
      step,
      lost,
      priority: 1,
    });
  }
}

/**
 * Ends the leases of a worker that is known to be dead, since its name has been taken from it, so that nobody waits for them to
 * run out.
 */
export async function endLeases({ query }: Queries, worker: string): Promise<void> {
  await query(
    `UPDATE builder.builds SET lease_until = now() - interval '1 second'
     WHERE worker = $1 AND state IN ('building', 'pushing')`,
    [worker],
  );
}
