import type { Chance } from "./random.ts";

/** Something that goes wrong once the run has come so far, from 0 to 1. */
export interface Mishap<What> {
  readonly at: number;
  readonly what: What;
}

/** Spreads what is to go wrong over a run by chance, and leaves its end alone, so that each has something to break. */
export function spread<What>(whats: readonly What[], chance: Chance): Mishap<What>[] {
  return whats
    .map((what) => ({ what, at: 0.03 + 0.87 * chance.next() }))
    .toSorted((one, other) => one.at - other.at);
}
