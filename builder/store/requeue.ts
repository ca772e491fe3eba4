import type { Step } from "../build.ts";
import type { Queue } from "../queue/queue.ts";
import { tell } from "./changes.ts";
import type { Queries } from "./database.ts";

/** A build that goes into the queue again. */
export interface Requeued {
  readonly build: string;
  readonly client: string;
  /** A new UUID; the job before it is void from now on. */
  readonly job: string;
  readonly into: string;
  readonly step: Step;
  /** Attempts lost since a client queued it. */
  readonly lost: number;
  /** Higher ones first. Default: 0. */
  readonly priority?: number;
  /** Seconds before a worker may take it. Default: 0. */
  readonly delay?: number;
}

/**
 * Queues a build again, with a new job. It belongs to a transaction that has locked the build's row and made sure that nobody
 * works on it.
 */
export async function requeue(queries: Queries, queue: Queue, requeued: Requeued): Promise<void> {
  const { build, client, job, into, step, lost, priority = 0, delay = 0 } = requeued;
  const [before] = await queries.query<{ queue: string; job: string }>(
    "SELECT queue, job FROM builder.builds WHERE id = $1",
    [build],
  );
  if (before !== undefined) await queue.complete(queries, before.queue, [before.job]);
  await queries.query(
    `UPDATE builder.builds SET state = 'queued', step = $2, queue = $3, job = $4, lost = $5, error = NULL,
       is_cancelling = false, worker = NULL, lease_until = NULL, queued_at = now(), finished_at = NULL,
       started_at = CASE WHEN finished_at IS NULL THEN started_at END
     WHERE id = $1`,
    [build, step, into, job, lost],
  );
  await queue.add(queries, into, [{ id: job, data: { build }, group: client, priority, delay }]);
  await tell(queries, [{ build, client, what: "state", queued: into }]);
}
