import type { Order, State, Step } from "../build.ts";
import type { FetchedJob, Queue } from "../queue/queue.ts";
import { tell } from "../store/changes.ts";
import type { Database, Queries } from "../store/database.ts";
import { isFinal } from "../store/finish.ts";
import { lose, RUNNING_COLUMNS, type RunningRow } from "../store/lose.ts";
import { LEASE } from "./lease.ts";
import type { Task } from "./steps.ts";

/** An attempt that a worker has begun: nobody else works on the build until the lease is over. */
export interface Claim {
  readonly build: string;
  /** Of the build among all builds. */
  readonly number: number;
  readonly client: string;
  readonly order: Order;
  readonly reference: string;
  readonly attempt: number;
  readonly firstStep: Step;
  /** The image that is kept here: nothing is to be built. */
  readonly heldDigest?: string;
  /** Who keeps an image that is built here again. */
  readonly heldElsewhere?: string;
  /** How many parts its context has. */
  readonly contextParts: number;
  /** The last line of the log so far. */
  readonly logSeq: number;
}

/** Who claims. */
export interface Claimant {
  readonly database: Database;
  readonly queue: Queue;
  readonly worker: string;
  /** How many builds of one client run at once. */
  readonly running: number;
  holds(digest: string): Promise<boolean>;
}

interface Row extends RunningRow {
  state: State;
  order: Order;
  reference: string;
  number: number;
  context_parts: number;
  job: string;
  worker: string | null;
  is_over: boolean;
  held_by: string | null;
  held_digest: string | null;
}

/** The job has nothing to do any more, or not now. */
type Verdict = "done" | "later" | Claim;

/** Begins an attempt for a fetched job, unless the build's own row says that there is nothing to do. */
export async function claim(
  claimant: Claimant,
  job: FetchedJob<{ readonly build: string }>,
): Promise<Claim | undefined> {
  const { database, queue } = claimant;
  const verdict = await database.transaction((queries) => judge(claimant, queries, job));
  if (verdict === "later") await queue.fail(job.queue, job.id, "not now");
  return typeof verdict === "string" ? undefined : verdict;
}

async function judge(
  claimant: Claimant,
  queries: Queries,
  job: FetchedJob<{ readonly build: string }>,
): Promise<Verdict> {
  const { queue } = claimant;
  const [row] = await queries.query<Row>(
    `SELECT ${RUNNING_COLUMNS}, number, state, "order", reference, context_parts, job, worker,
       coalesce(lease_until < now(), true) AS is_over, held_by, held_digest
     FROM builder.builds WHERE id = $1 FOR UPDATE`,
    [job.data.build],
  );
  if (row === undefined || row.job !== job.id || isFinal(row.state)) {
    await queue.complete(queries, job.queue, [job.id]);
    return "done";
  }
  if (row.state !== "queued") {
    if (!row.is_over) return "later";
    const why = `worker ${row.worker} gave no sign of life`;
    await lose(queries, queue, row, { why, isCounted: true, isDelayed: false });
    return "done";
  }
  if (await isBusy(queries, row.client, claimant.running)) return "later";
  return begin(claimant, queries, row);
}

/** Whether a client has as many builds running as it may, counted one claim at a time. */
async function isBusy({ query }: Queries, client: string, limit: number): Promise<boolean> {
  await query("SELECT pg_advisory_xact_lock(hashtextextended('builder ' || $1, 0))", [client]);
  const [{ running } = { running: 0 }] = await query<{ running: number }>(
    `SELECT count(*)::int AS running FROM builder.builds
     WHERE client = $1 AND state IN ('building', 'pushing')`,
    [client],
  );
  return running >= limit;
}

async function begin(claimant: Claimant, queries: Queries, row: Row): Promise<Claim> {
  const { worker } = claimant;
  const { id, client, held_by: holder, held_digest: digest } = row;
  const isHeld = holder === worker && digest !== null && (await claimant.holds(digest));
  const firstStep: Step = isHeld ? "push" : "build";
  const attempt = row.attempt + 1;
  const [{ seq } = { seq: 0 }] = await queries.query<{ seq: number }>(
    `WITH attempt AS (INSERT INTO builder.attempts (build, number, worker, state, first_step, digest)
       VALUES ($1, $2, $3, $4, $5, $6))
     UPDATE builder.builds SET state = $4, step = $5, attempt = $2, worker = $3,
       lease_until = now() + $7::int * interval '1 second', started_at = coalesce(started_at, now()),
       held_by = CASE WHEN $5 = 'push' THEN held_by END, held_digest = CASE WHEN $5 = 'push' THEN held_digest END
     WHERE id = $1
     RETURNING (SELECT coalesce(max(seq), 0) FROM builder.log_lines WHERE build = $1)::int AS seq`,
    [
      id,
      attempt,
      worker,
      isHeld ? "pushing" : "building",
      firstStep,
      isHeld ? digest : null,
      LEASE,
    ],
  );
  if (holder !== null && !isHeld) {
    await queries.query("UPDATE builder.images SET is_wanted = false WHERE build = $1", [id]);
  }
  await tell(queries, [{ build: id, client, what: "state" }]);
  return {
    build: id,
    number: row.number,
    client,
    order: row.order,
    reference: row.reference,
    attempt,
    firstStep,
    ...(isHeld ? { heldDigest: digest } : {}),
    ...(holder !== null && !isHeld ? { heldElsewhere: holder } : {}),
    contextParts: row.context_parts,
    logSeq: seq,
  };
}

/** What a step is told of the claim that it works for. */
export function taskOf(claim: Claim, slot: number): Task {
  const { build, attempt, client, order, reference } = claim;
  return { build, attempt, slot, client, order, reference };
}
