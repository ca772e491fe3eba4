import { setTimeout as pause } from "node:timers/promises";
import { silenceOf } from "../../infra/registries/registry-faults.ts";
import { Refusal, Stalled } from "./refusal.ts";

/** How often something is tried, and how long is waited in between. */
export interface Patience {
  readonly tries: number;
  /** Milliseconds before the second try; each further one waits twice as long. */
  readonly first: number;
  /** Milliseconds that are waited at most, also where the registry asks for more. */
  readonly longest: number;
}

/** Eight seconds or so, and longer where the registry asks for it. */
export const usualPatience: Patience = { tries: 6, first: 250, longest: 30_000 };

/** Whether a failure may be gone the next time. */
export function isPassing(error: unknown): boolean {
  if (error instanceof Refusal)
    return [408, 425, 429].includes(error.status) || error.status >= 500;
  return error instanceof Stalled || silenceOf(error) !== undefined;
}

/**
 * Tries again what failed for a reason that may pass, as long as there is patience; for what may safely be done twice.
 * @param isWorthIt whether a failure may be gone the next time. Default: `isPassing`.
 * @throws what it last failed with, or the signal's reason when aborted.
 */
export type Persist = <T>(
  work: () => Promise<T>,
  isWorthIt?: (error: unknown) => boolean,
) => Promise<T>;

/** What persists until a signal aborts. */
export function persistence(signal: AbortSignal, { tries, first, longest }: Patience): Persist {
  const waitAfter = async (failed: number, error: unknown): Promise<void> => {
    const asked = error instanceof Refusal ? (error.retryAfter ?? 0) * 1_000 : 0;
    // Not all at once, after a registry was away.
    const usual = first * 2 ** (failed - 1) * (0.75 + Math.random() / 2);
    await pause(Math.min(Math.max(asked, usual), longest), undefined, { signal }).catch(() => {});
    signal.throwIfAborted();
  };
  return async (work, isWorthIt = isPassing) => {
    for (let failed = 1; ; failed += 1) {
      try {
        return await work();
      } catch (error) {
        signal.throwIfAborted();
        if (failed === tries || !isWorthIt(error)) throw error;
        await waitAfter(failed, error);
      }
    }
  };
}
