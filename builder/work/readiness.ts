import type { Journal } from "../journal.ts";
import type { ImageBuilder } from "./steps.ts";

/** For how long an answer that builds can run holds, in milliseconds. */
const HOLDS = 5_000;

/** Between two questions while they cannot, in milliseconds; the longer it lasts, the longer. */
const SHORTEST_WAIT = 500;
const LONGEST_WAIT = 10_000;

export interface Readiness {
  /** Milliseconds to wait before asking again; 0 where builds can run. Asked by several slots at once, it is one question. */
  wait(): Promise<number>;
  /** The last answer is not to be believed any more. */
  doubt(): void;
}

/** Whether this worker's builders work, so that no build is fetched only to be lost. */
export function openReadiness(builder: ImageBuilder, journal: Journal): Readiness {
  let readyUntil = 0;
  let failures = 0;
  let asking: Promise<number> | undefined;

  async function ask(): Promise<number> {
    try {
      await builder.check();
      if (failures > 0) journal.info({}, "builds can run again");
      failures = 0;
      readyUntil = performance.now() + HOLDS;
      return 0;
    } catch (error) {
      if (failures === 0)
        journal.error({ err: error }, "no build can run here; waiting for the builders");
      failures += 1;
      return Math.min(LONGEST_WAIT, SHORTEST_WAIT * 2 ** Math.min(failures - 1, 10));
    } finally {
      asking = undefined;
    }
  }

  return {
    async wait() {
      if (performance.now() < readyUntil) return 0;
      asking ??= ask();
      return asking;
    },
    doubt() {
      readyUntil = 0;
    },
  };
}
