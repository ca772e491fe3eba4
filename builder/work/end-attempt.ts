import { setTimeout as pause } from "node:timers/promises";
import type { State, Step } from "../build.ts";
import type { Queries } from "../store/database.ts";
import { isRefused } from "../store/failures.ts";
import { finish } from "../store/finish.ts";
import { type Loss, lose, RUNNING_COLUMNS, type RunningRow } from "../store/lose.ts";
import type { AttemptParts } from "./attempt.ts";
import type { Claim } from "./claim.ts";
import { Cancelled, Closing, type Lease, LeaseLost } from "./lease.ts";
import { MachineryLost, StepFailed } from "./steps.ts";
import { storable } from "./storable.ts";

/** Between two tries to reach the database, in milliseconds. */
const RETRY_AFTER = 500;

/** What clients are told where the database refuses what became of a build: that itself cannot be told. */
const UNTELLABLE =
  "worker: the database refuses what became of this build; whoever runs the builder finds why in its log";

/** Another attempt has begun: nothing of this one may be written any more. */
export class FencedOut extends Error {
  override name = "FencedOut";
}

/** How an attempt ended that has something to tell. */
interface End {
  readonly state: Extract<State, "succeeded" | "failed" | "cancelled">;
  readonly step?: Step;
  readonly digest?: string;
  readonly error?: string;
}

/** Records the end of a build, tried again until the lease is over. */
export async function recordEnd(
  parts: AttemptParts,
  { build, attempt }: Claim,
  lease: Lease,
  end: End,
): Promise<void> {
  const { database, queue, journal } = parts;
  const isImageKept = end.state === "failed";
  await insist(parts, lease, async () => {
    await database.transaction((queries) =>
      finish(queries, queue, { build, attempt, isImageKept, ...end }),
    );
  });
  journal.info({ build, attempt, ...end }, `attempt ended: ${end.state}`);
}

/** Records what an attempt failed of; a build fails where the database refuses what became of it. */
export async function recordLoss(
  parts: AttemptParts,
  claim: Claim,
  lease: Lease,
  error: unknown,
): Promise<void> {
  try {
    if (isRefused(error)) throw error;
    await recordReason(parts, claim, lease, error);
  } catch (refusal) {
    if (!isRefused(refusal)) throw refusal;
    const { build, attempt } = claim;
    parts.journal.error({ err: refusal, build, attempt }, "the database refuses an attempt's end");
    await recordEnd(parts, claim, lease, { state: "failed", error: UNTELLABLE });
  }
}

async function recordReason(
  parts: AttemptParts,
  claim: Claim,
  lease: Lease,
  error: unknown,
): Promise<void> {
  const { build, attempt } = claim;
  const reason = lease.signal.aborted ? lease.signal.reason : error;
  if (reason instanceof LeaseLost || error instanceof FencedOut) {
    parts.journal.warn({ build, attempt }, "the attempt is not this worker's any more");
  } else if (error instanceof StepFailed) {
    const message = parts.redact(oneLine(error.message));
    await recordEnd(parts, claim, lease, { state: "failed", error: message });
  } else if (reason instanceof Cancelled) {
    await recordEnd(parts, claim, lease, { state: "cancelled" });
  } else {
    await handBack(parts, claim, lease, lossOf(parts, claim, reason));
  }
}

function lossOf(parts: AttemptParts, claim: Claim, reason: unknown): Loss {
  const { worker, journal, redact } = parts;
  const { build, attempt } = claim;
  if (reason instanceof Closing) {
    return { why: `worker ${worker} ended`, isCounted: false, isDelayed: false };
  }
  parts.onMachineryLost();
  const what = reason instanceof MachineryLost ? oneLine(reason.message) : "an unexpected fault";
  journal.error({ err: reason, build, attempt }, "the attempt is lost");
  return { why: `worker ${worker}: ${redact(what)}`, isCounted: true, isDelayed: true };
}

/** Queues the build again at once, rather than when the lease is over. */
async function handBack(
  parts: AttemptParts,
  { build, attempt }: Claim,
  lease: Lease,
  loss: Loss,
): Promise<void> {
  const { database, queue } = parts;
  await insist(parts, lease, () =>
    database.transaction(async (queries) => {
      const row = await lockMine(queries, build, attempt);
      if (row !== undefined) await lose(queries, queue, row, loss);
    }),
  );
}

async function lockMine(
  { query }: Queries,
  build: string,
  attempt: number,
): Promise<RunningRow | undefined> {
  const [row] = await query<RunningRow>(
    `SELECT ${RUNNING_COLUMNS} FROM builder.builds
     WHERE id = $1 AND attempt = $2 AND state IN ('building', 'pushing') FOR UPDATE`,
    [build, attempt],
  );
  return row;
}

/**
 * Tries again while the database is away and the lease lasts; beyond that the build is taken over by whoever finds it.
 * @throws at once what the database refuses for good.
 */
export async function insist(
  { journal }: AttemptParts,
  { signal }: Lease,
  write: () => Promise<unknown>,
): Promise<void> {
  for (;;) {
    try {
      await write();
      return;
    } catch (error) {
      if (signal.reason instanceof LeaseLost || error instanceof FencedOut) throw error;
      if (isRefused(error)) throw error;
      journal.warn(
        { err: error },
        "the database does not take what became of an attempt; it is tried again",
      );
      await pause(RETRY_AFTER);
    }
  }
}

function oneLine(text: string): string {
  return storable(text.split("\n")[0] ?? "");
}
