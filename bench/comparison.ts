import { pairwise, type Spread, spreadOf } from "./statistics.ts";

/** One line of the table: this project beside somebody else's way to do the same. */
export interface Comparison {
  /** What was measured and what it is held against, in a few words. */
  readonly what: string;
  /** Seconds for durations, bytes for sizes. */
  readonly unit: "seconds" | "bytes";
  readonly ours: Spread;
  readonly peer: Spread;
  /** Ours through the peer's for durations, ours less the peer's for sizes; round by round. */
  readonly compared: Spread;
  /** The largest median of `compared` that is good enough. */
  readonly limit: number;
  readonly ok: boolean;
}

/** Compares durations in seconds by their ratio. */
export function byRatio(
  what: string,
  limit: number,
  ours: readonly number[],
  peers: readonly number[],
): Comparison {
  return compare(what, "seconds", limit, ours, peers, (own, peer) => own / peer);
}

/** Compares two sizes in bytes by their difference. */
export function byDifference(what: string, limit: number, own: number, peer: number): Comparison {
  return compare(what, "bytes", limit, [own], [peer], (a, b) => a - b);
}

function compare(
  what: string,
  unit: Comparison["unit"],
  limit: number,
  ours: readonly number[],
  peers: readonly number[],
  combine: (ours: number, peer: number) => number,
): Comparison {
  const compared = spreadOf(pairwise(ours, peers, combine));
  const ok = compared.median <= limit;
  return { what, unit, ours: spreadOf(ours), peer: spreadOf(peers), compared, limit, ok };
}
