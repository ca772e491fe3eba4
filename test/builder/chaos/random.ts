import { createHash } from "node:crypto";

/** Chances that are the same for the same seed. */
export interface Chance {
  /** From 0 up to, but not, 1. */
  next(): number;
  /** One of these. */
  pick<T>(choices: readonly T[]): T;
}

/** Draws from a seed, so that a run which found something can be had again as far as the machine's own timing lets it. */
export function chanceFrom(seed: number): Chance {
  let drawn = 0;
  const next = (): number => {
    drawn += 1;
    return createHash("sha256").update(`${seed} ${drawn}`).digest().readUInt32BE() / 2 ** 32;
  };
  return { next, pick: (choices) => choices[Math.floor(next() * choices.length)] as never };
}
