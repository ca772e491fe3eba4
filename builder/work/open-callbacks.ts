import type { Journal } from "../journal.ts";
import type { CallbackJob } from "../queue/callback-jobs.ts";
import { CALLBACKS, type FetchedJob, type Queue } from "../queue/queue.ts";
import { openChanges } from "../store/changes.ts";
import type { Database } from "../store/database.ts";
import { AddressRefused, publicAddress } from "./callback-address.ts";
import { postCallback } from "./callback-post.ts";
import { Wake } from "./wake.ts";

/** Callbacks under way at once. */
const LANES = 4;

/** Of one client, so that a receiver that never answers holds up that one's own. */
const LANES_OF_ONE = 2;

/** Between two looks for those that are due again, in milliseconds. */
const LOOK_EVERY = 5_000;

/** How long a receiver may stay away, in milliseconds. */
const LASTS = 24 * 3_600_000;

export interface CallbackParts {
  readonly database: Database;
  readonly queue: Queue;
  readonly secret: string | undefined;
  readonly journal: Journal;
  /** Which address a callback goes to. Default: those of the open internet alone. */
  readonly addressOf?: (url: URL) => Promise<string>;
}

/** Tells clients of the end of their builds: at least once, with ever longer pauses for a day where the receiver is away. */
export async function openCallbacks(parts: CallbackParts): Promise<{ close(): Promise<void> }> {
  const { database, queue, journal } = parts;
  const wake = new Wake();
  const changes = await openChanges(database);
  changes.hear(({ hasCallback }) => hasCallback === true && wake.wake());
  let isStopped = false;

  async function lane(): Promise<void> {
    while (!isStopped) {
      const seen = wake.seen;
      try {
        const job = await queue.fetch<CallbackJob>(CALLBACKS, LANES_OF_ONE);
        if (job === undefined) await wake.sleep(seen, LOOK_EVERY);
        else await deliver(parts, job);
      } catch (error) {
        journal.warn({ err: error }, "callbacks could not be looked for; it is tried again");
        await wake.sleep(wake.seen, LOOK_EVERY);
      }
    }
  }

  const lanes = Array.from({ length: LANES }, lane);
  return {
    async close() {
      isStopped = true;
      wake.wake();
      await Promise.all(lanes);
      await changes.close();
    },
  };
}

async function deliver(parts: CallbackParts, job: FetchedJob<CallbackJob>): Promise<void> {
  const { database, queue, journal } = parts;
  const { build, attempt } = job.data;
  const problem = await send(parts, job.data);
  if (problem === undefined) {
    journal.info({ build, attempt }, "the callback is delivered");
    return queue.complete(database, CALLBACKS, [job.id]);
  }
  const isOver = problem.isFinal || Date.now() - job.createdAt.getTime() > LASTS;
  const text = isOver ? "the callback is given up" : "the callback is not delivered yet";
  journal.warn({ build, attempt, why: problem.why }, text);
  if (isOver) await queue.complete(database, CALLBACKS, [job.id]);
  else await queue.fail(CALLBACKS, job.id, problem.why);
}

/** What is wrong, if anything is; `isFinal` where no other try can mend it. */
async function send(
  { secret, addressOf = publicAddress }: CallbackParts,
  { url, body }: CallbackJob,
): Promise<{ why: string; isFinal: boolean } | undefined> {
  if (secret === undefined) return { why: "there is no secret to sign it with", isFinal: true };
  try {
    const to = new URL(url);
    const status = await postCallback({ url: to, address: await addressOf(to), body, secret });
    if (status >= 200 && status < 300) return undefined;
    return { why: `the receiver answered ${status}`, isFinal: false };
  } catch (error) {
    return { why: (error as Error).message, isFinal: error instanceof AddressRefused };
  }
}
