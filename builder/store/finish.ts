import { type Attempt, type Build, FINAL_STATES, type State, type Step } from "../build.ts";
import { addCallback } from "../queue/callback-jobs.ts";
import type { Queue } from "../queue/queue.ts";
import { tell } from "./changes.ts";
import type { Queries } from "./database.ts";
import { BUILD_COLUMNS, type BuildRow, buildOf } from "./rows.ts";

/** How a build ends. */
export interface Ending {
  readonly build: string;
  /** Only while this attempt is the build's last one and runs. */
  readonly attempt: number;
  readonly state: Extract<State, "succeeded" | "failed" | "cancelled">;
  /** The attempt's own end, where it differs from the build's. */
  readonly attemptState?: Attempt["state"];
  readonly attemptError?: string;
  readonly step?: Step;
  readonly digest?: string;
  readonly error?: string;
  /** Its image is kept, for a retry of the push. */
  readonly isImageKept: boolean;
}

/**
 * Ends a build and the attempt that runs, with its job, its callback and what was kept for it, in the caller's transaction.
 * @returns nothing where the attempt is not the one that runs: then nothing has been written.
 */
export async function finish(
  queries: Queries,
  queue: Queue,
  ending: Ending,
): Promise<Build | undefined> {
  const { build: id, attempt, state, isImageKept, error = null, digest = null } = ending;
  const [row] = await queries.query<BuildRow & { queue: string; job: string }>(
    `UPDATE builder.builds SET state = $3, step = coalesce($4, step), digest = $5, error = $6, finished_at = now(),
       is_cancelling = false, worker = NULL, lease_until = NULL,
       held_by = CASE WHEN $7 THEN held_by END, held_digest = CASE WHEN $7 THEN held_digest END
     WHERE id = $1 AND attempt = $2 AND state IN ('building', 'pushing')
     RETURNING ${BUILD_COLUMNS}, queue, job`,
    [id, attempt, state, ending.step ?? null, digest, error, isImageKept],
  );
  if (row === undefined) return undefined;
  const { attemptState = state, attemptError = error } = ending;
  await endAttempt(queries, {
    build: id,
    attempt,
    state: attemptState,
    error: attemptError,
    digest,
  });
  if (!isImageKept) {
    await queries.query("UPDATE builder.images SET is_wanted = false WHERE build = $1", [id]);
  }
  // What has succeeded is never built again.
  if (state === "succeeded") {
    await queries.query("DELETE FROM builder.context_parts WHERE build = $1", [id]);
  }
  await queue.complete(queries, row.queue, [row.job]);
  const build = buildOf(row);
  await addCallback(queries, queue, build);
  const hasCallback = build.order.callback !== undefined;
  await tell(queries, [{ build: id, client: row.client, what: "state", hasCallback }]);
  return build;
}

/** The end of an attempt, in its own row. */
export async function endAttempt(
  { query }: Queries,
  end: {
    readonly build: string;
    readonly attempt: number;
    readonly state: Attempt["state"];
    readonly error: string | null;
    readonly digest?: string | null;
  },
): Promise<void> {
  await query(
    `UPDATE builder.attempts SET state = $3, error = $4, digest = coalesce($5, digest), finished_at = now()
     WHERE build = $1 AND number = $2 AND finished_at IS NULL`,
    [end.build, end.attempt, end.state, end.error, end.digest ?? null],
  );
}

export function isFinal(state: State): boolean {
  return FINAL_STATES.includes(state);
}
