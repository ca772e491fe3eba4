import type { Comparison } from "./comparison.ts";
import { table } from "./table.ts";

/** What both sides of every comparison had in common. */
export interface Circumstances {
  /** Versions of what all of it ran on. */
  readonly node: string;
  readonly engine: string;
  readonly pulumi: string;
  /** Rounds that counted, for each comparison of durations. */
  readonly rounds: number;
}

/** A whole run of the benchmark. */
export interface Report extends Circumstances {
  /** Who answered for docker resources: on both sides the same. */
  readonly provider: "stand-in";
  /** Where both sides kept compiled code. */
  readonly compileCache: "shared by both sides";
  readonly comparisons: readonly Comparison[];
}

/** Puts a run's comparisons and circumstances together. */
export function reportOf(circumstances: Circumstances, comparisons: readonly Comparison[]): Report {
  return {
    ...circumstances,
    provider: "stand-in",
    compileCache: "shared by both sides",
    comparisons,
  };
}

/** The report for people: what it ran on, the table, and how to read it. */
export function asText({ node, engine, pulumi, rounds, comparisons }: Report): string {
  return [
    `Node.js ${node}, Docker engine ${engine}, Pulumi ${pulumi}; on both sides of every line the same Node.js, engine,`,
    `attached stand-in providers and NODE_COMPILE_CACHE. Medians of ${rounds} rounds, both sides in turn; ratios round by round.`,
    "",
    table(comparisons),
    "",
  ].join("\n");
}

/** The lines that are over their limit, each in words; empty when all is well. */
export function overLimit(comparisons: readonly Comparison[]): string[] {
  return comparisons
    .filter(({ ok }) => !ok)
    .map(({ what, unit, compared, limit }) => {
      const [found, most] =
        unit === "bytes" ? [compared.median / 1e6, limit / 1e6] : [compared.median, limit];
      const suffix = unit === "bytes" ? " MB" : "";
      return `${what}: ${found.toFixed(2)}${suffix} is over the limit of ${most}${suffix}; run it on a quiet machine, else find what became slower`;
    });
}
