import type { Step } from "../build.ts";
import type { AttemptParts } from "./attempt.ts";
import { Cancelled, type Lease } from "./lease.ts";
import { StepFailed } from "./steps.ts";

/** Does a step and tells how long it took and how it ended. */
export async function timedStep<T>(
  { stepEnded }: Pick<AttemptParts, "stepEnded">,
  { signal }: Lease,
  step: Step,
  work: () => Promise<T>,
): Promise<T> {
  const since = performance.now();
  const tell = (outcome: string) => stepEnded?.(step, outcome, (performance.now() - since) / 1_000);
  try {
    const result = await work();
    tell("succeeded");
    return result;
  } catch (error) {
    if (error instanceof StepFailed) tell("failed");
    else tell(signal.reason instanceof Cancelled ? "cancelled" : "lost");
    throw error;
  }
}
