import type { Journal } from "../journal.ts";
import type { Queue } from "../queue/queue.ts";
import type { Database } from "./database.ts";
import { reconcile } from "./reconcile.ts";
import { dropOld } from "./retention.ts";

/** In milliseconds. */
const RECONCILE_EVERY = 5_000;
const DROP_OLD_EVERY = 3_600_000;

/** What every process does besides, once, so that it is done as long as any of them lives. The first go is right now. */
export function openUpkeep(
  database: Database,
  queue: Queue,
  journal: Journal,
): { close(): Promise<void> } {
  const all = [
    repeat(RECONCILE_EVERY, () => reconcile(database, queue), journal),
    repeat(DROP_OLD_EVERY, () => dropOld(database), journal),
  ];
  return {
    async close() {
      for (const { close } of all) await close();
    },
  };
}

/** One after the other, never two at once. */
function repeat(
  every: number,
  work: () => Promise<void>,
  journal: Journal,
): { close(): Promise<void> } {
  let running: Promise<void> | undefined;
  const go = () => {
    running ??= work()
      .catch((error) =>
        journal.warn({ err: error }, "the builds' upkeep failed; it is tried again"),
      )
      .finally(() => {
        running = undefined;
      });
  };
  const timer = setInterval(go, every);
  go();
  return {
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}
