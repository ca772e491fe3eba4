import { randomUUID } from "node:crypto";
import type { Step } from "../build.ts";
import { BUILDS, type Queue } from "../queue/queue.ts";
import type { Queries } from "./database.ts";
import { endAttempt, finish } from "./finish.ts";
import { requeue } from "./requeue.ts";

/** After so many lost attempts in a row a build fails: it may be what takes its builders down. */
const MOST_LOST = 10;

/** Longest wait before a lost build is tried again, in seconds. */
const LONGEST_DELAY = 60;

/** What `lose` needs of the row, which its caller has locked. */
export interface RunningRow {
  readonly id: string;
  readonly client: string;
  readonly attempt: number;
  readonly step: Step;
  readonly lost: number;
  readonly is_cancelling: boolean;
}

export const RUNNING_COLUMNS = "id, client, attempt, step, lost, is_cancelling";

/** Why an attempt is lost. */
export interface Loss {
  /** One line, for clients. */
  readonly why: string;
  /** False where a worker hands a build back in order: that says nothing against the build. */
  readonly isCounted: boolean;
  /** True where the machinery was at fault, so that trying again at once would only fail again. */
  readonly isDelayed: boolean;
}

/** Ends the attempt that runs as lost; the build waits for the next one, or ends where it was to be cancelled or was lost too often. */
export async function lose(
  queries: Queries,
  queue: Queue,
  row: RunningRow,
  { why, isCounted, isDelayed }: Loss,
): Promise<void> {
  const { id, attempt } = row;
  const lost = row.lost + (isCounted ? 1 : 0);
  const end = { build: id, attempt, attemptState: "lost", attemptError: why } as const;
  if (row.is_cancelling) {
    await finish(queries, queue, { ...end, state: "cancelled", isImageKept: false });
    return;
  }
  if (lost >= MOST_LOST) {
    const error = `worker: ${lost} attempts in a row were lost, the last one since ${why}; retry it once the workers are well`;
    await finish(queries, queue, { ...end, state: "failed", error, isImageKept: false });
    return;
  }
  await endAttempt(queries, { build: id, attempt, state: "lost", error: why });
  await requeue(queries, queue, {
    build: id,
    client: row.client,
    job: randomUUID(),
    into: BUILDS,
    step: row.step,
    lost,
    // It has waited its turn already.
    priority: 1,
    delay: isDelayed ? Math.min(LONGEST_DELAY, 2 ** lost) : 0,
  });
}
