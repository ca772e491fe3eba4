import { BUILDS, type FetchedJob, pushesOf } from "../queue/queue.ts";
import type { Changes } from "../store/changes.ts";
import { type AttemptParts, runAttempt } from "./attempt.ts";
import { claim } from "./claim.ts";
import { Closing, keepLease, type Lease } from "./lease.ts";
import { openLogWriter } from "./log-writer.ts";
import type { Readiness } from "./readiness.ts";
import type { Wake } from "./wake.ts";

/** Between two looks for work that nobody told of, in milliseconds. */
const LOOK_EVERY = 2_000;

/** After the database failed, in milliseconds. */
const RETRY_AFTER = 1_000;

/** What a slot works with. */
export interface SlotParts extends AttemptParts {
  readonly changes: Changes;
  readonly readiness: Readiness;
  readonly wake: Wake;
  readonly pushes: Pushes;
  /** How many builds of one client run at once. */
  readonly running: number;
}

/** When this worker's own queue is to be looked at again, by `performance.now()`: mostly it is empty. */
export interface Pushes {
  nextLook: number;
}

type BuildJob = FetchedJob<{ readonly build: string }>;

export interface Slot {
  /** Takes no further build, and lets the running one end. */
  stop(): void;
  /** Hands the running build back. */
  abort(): void;
  /** Resolves once nothing runs any more. */
  readonly done: Promise<void>;
}

/** Carries out one build after the other, until it is stopped. */
export function openSlot(parts: SlotParts): Slot {
  const { wake, readiness, journal } = parts;
  let isStopped = false;
  let isAborted = false;
  let lease: Lease | undefined;

  async function turn(): Promise<void> {
    const seen = wake.seen;
    const wait = await readiness.wait();
    if (wait > 0) return wake.sleep(wake.seen, wait);
    const job = await fetch(parts);
    if (job === undefined) return wake.sleep(seen, LOOK_EVERY);
    await work(parts, job, (mine) => {
      lease = mine;
      if (isAborted) abort();
    });
  }

  function abort(): void {
    isAborted = true;
    lease?.abort(new Closing("the worker ends"));
  }

  async function loop(): Promise<void> {
    while (!isStopped) {
      try {
        await turn();
      } catch (error) {
        journal.warn({ err: error, slot: parts.slot }, "a slot could not work; it tries again");
        await wake.sleep(wake.seen, RETRY_AFTER);
      }
    }
  }

  return {
    stop() {
      isStopped = true;
      wake.wake();
    },
    abort,
    done: loop(),
  };
}

/** What only this worker can do goes first. */
async function fetch(parts: SlotParts): Promise<BuildJob | undefined> {
  const { queue, worker, running, pushes } = parts;
  const now = performance.now();
  if (now >= pushes.nextLook) {
    pushes.nextLook = now + LOOK_EVERY;
    const push = await queue.fetch<BuildJob["data"]>(pushesOf(worker));
    if (push !== undefined) {
      pushes.nextLook = 0;
      return push;
    }
  }
  return queue.fetch(BUILDS, running);
}

async function work(
  parts: SlotParts,
  job: BuildJob,
  onLease: (lease: Lease | undefined) => void,
): Promise<void> {
  const { database, journal, builder, redact } = parts;
  const since = performance.now();
  const claimed = await claim({ ...parts, holds: (digest) => builder.holds(digest) }, job);
  if (claimed === undefined) return;
  const { build, attempt } = claimed;
  journal.info({ build, attempt }, `attempt begins with the ${claimed.firstStep}`);
  const lease = keepLease({ ...parts, job, build, attempt, since });
  onLease(lease);
  try {
    await runAttempt(parts, claimed, lease, openLogWriter(database, claimed, redact, journal));
  } finally {
    onLease(undefined);
    lease.close();
  }
}
