import { randomInt } from "node:crypto";
import { type Chance, chanceFrom } from "./random.ts";

// CHAOS_BUILDS=1000 CHAOS_SEED=7 CHAOS_LOGS=/tmp node_modules/.bin/vitest run --project real-cut test/builder/chaos

/** How large a run is, and by what chance. */
export interface ChaosSettings {
  readonly builds: number;
  readonly chance: Chance;
  /** Seconds that the run may take. */
  readonly seconds: number;
  /** Where the logs of the processes stay. Default: they go with the test. */
  readonly logs?: string;
}

/** Reads how large a run is to be; without a word, `usual` builds, which fit between the other tests. */
export function chaosSettings(usual: number): ChaosSettings {
  const builds = Number(process.env.CHAOS_BUILDS ?? usual);
  const seed = Number(process.env.CHAOS_SEED ?? randomInt(1_000_000));
  process.stderr.write(`  chaos: CHAOS_BUILDS=${builds} CHAOS_SEED=${seed}\n`);
  const logs = process.env.CHAOS_LOGS;
  return { builds, chance: chanceFrom(seed), seconds: 120 + builds * 2, ...(logs && { logs }) };
}
