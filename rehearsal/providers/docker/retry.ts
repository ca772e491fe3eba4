import { setTimeout as delay } from "node:timers/promises";
import { isMissing } from "./engine.ts";

// Trying again while the engine is still letting go of something.

/** How long, and how often, the real provider tries to remove a volume or network that is in use. */
const PATIENCE_MS = 30_000;
const EVERY_MS = 500;

/** Does `work` again while it fails with a message that has `reason` in it, for up to 30 seconds; what is gone is fine. */
export async function retryWhile(
  reason: string,
  signal: AbortSignal,
  work: () => Promise<void>,
): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (isMissing(error)) return;
      if (!(error as Error).message.includes(reason) || performance.now() > deadline) throw error;
      await delay(EVERY_MS, undefined, { signal });
    }
  }
}
