import { abortOf } from "../abort-of.ts";
import type { Journal } from "../journal.ts";
import type { FetchedJob, Queue } from "../queue/queue.ts";
import type { Changes } from "../store/changes.ts";
import type { Database } from "../store/database.ts";

/** For how long nobody may take a build over after its worker's last sign of life, in seconds of the database's clock. */
export const LEASE = 20;

/** How often a worker gives one, in milliseconds. */
const RENEW_EVERY = 3_000;

/** Between two tries to confirm it, in milliseconds. */
const RETRY_AFTER = 500;

/** A step has this long to end before the lease does, in milliseconds. */
const TO_END = 5_000;

/** The attempt is not this worker's any more. */
export class LeaseLost extends Error {
  override name = "LeaseLost";
}

/** A client wants the build to end. */
export class Cancelled extends Error {
  override name = "Cancelled";
}

/** The worker ends. */
export class Closing extends Error {
  override name = "Closing";
}

export interface Lease {
  /** Its reason is one of the three errors above. */
  readonly signal: AbortSignal;
  abort(reason: LeaseLost | Cancelled | Closing): void;
  /** Renews it at once, tried again until it is over. @throws the signal's reason where it has been lost meanwhile. */
  readonly confirm: () => Promise<void>;
  /** Ends the renewals. */
  close(): void;
}

/** What a lease is kept with. */
export interface LeaseParts {
  readonly database: Database;
  readonly queue: Queue;
  readonly changes: Changes;
  readonly journal: Journal;
  readonly job: FetchedJob<unknown>;
  readonly build: string;
  readonly attempt: number;
  /** `performance.now()` from before the claim was sent. */
  readonly since: number;
  /** Seconds. Default: 20. */
  readonly seconds?: number;
}

/** Keeps an attempt this worker's own; aborts its signal in time where it cannot, and where a client cancels. */
export function keepLease(parts: LeaseParts): Lease {
  const { queue, changes, journal, job, build, attempt, seconds = LEASE } = parts;
  const aborting = new AbortController();
  const abort = (reason: Error) => aborting.abort(reason);
  let end = setDeadline(parts.since);
  let isRenewing = false;
  let isClosed = false;

  function setDeadline(since: number): NodeJS.Timeout {
    const left = since + seconds * 1_000 - TO_END - performance.now();
    return setTimeout(() => abort(new LeaseLost("no sign of life reached the database")), left);
  }

  /** Whether a sign of life of right now has reached the database, which may have said that the attempt is over. */
  async function sign(): Promise<boolean> {
    try {
      const since = performance.now();
      const isCancelling = await sendSign(parts, seconds);
      if (isCancelling === undefined) {
        abort(new LeaseLost("another attempt has begun"));
        return true;
      }
      clearTimeout(end);
      if (!isClosed) end = setDeadline(since);
      if (isCancelling) abort(new Cancelled("cancelled"));
      await queue.touch(job.queue, job.id);
      return true;
    } catch (error) {
      journal.warn({ err: error, build, attempt }, "a sign of life did not reach the database");
      return false;
    }
  }

  async function renew(): Promise<void> {
    if (isRenewing) return;
    isRenewing = true;
    await sign();
    isRenewing = false;
  }

  const renewing = setInterval(renew, RENEW_EVERY);
  const stopHearing = changes.hear((change) => {
    if (change.isCancelling === true && change.build === build) renew();
  });
  return {
    signal: aborting.signal,
    abort,
    // A renewal under way may have been answered before this process was frozen: only a new one counts.
    confirm: () => untilSigned(sign, aborting.signal),
    close() {
      isClosed = true;
      clearInterval(renewing);
      clearTimeout(end);
      stopHearing();
    },
  };
}

/** Signs until it has worked. @throws the signal's reason as soon as it is aborted. */
async function untilSigned(sign: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const lost = abortOf(signal);
  while (!(await Promise.race([sign(), lost]))) {
    await Promise.race([new Promise((resolve) => setTimeout(resolve, RETRY_AFTER)), lost]);
  }
  signal.throwIfAborted();
}

/** Whether the build is to end; nothing where the attempt is over. */
async function sendSign(
  { database, build, attempt }: LeaseParts,
  seconds: number,
): Promise<boolean | undefined> {
  const [row] = await database.query<{ is_cancelling: boolean }>(
    `UPDATE builder.builds SET lease_until = now() + $3::int * interval '1 second'
     WHERE id = $1 AND attempt = $2 AND state IN ('building', 'pushing') RETURNING is_cancelling`,
    [build, attempt, seconds],
  );
  return row?.is_cancelling;
}
