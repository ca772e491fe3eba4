/** The middle of several measurements and how far they lie apart, in the unit they were taken in. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/**
 * The median, the smallest and the largest of several measurements; the median of an even number is the mean of the two in
 * the middle.
 * @throws RangeError when there are none.
 */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError("spread: there are no measurements");
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number): number => sorted[index] as number;
  const last = sorted.length - 1;
  return {
    median: (at(Math.floor(last / 2)) + at(Math.ceil(last / 2))) / 2,
    min: at(0),
    max: at(last),
  };
}

/**
 * Combines the measurements of two sides that were taken round by round, so that what slowed a whole round down weighs on
 * both alike.
 * @throws RangeError when one side was measured more often than the other.
 */
export function pairwise(
  ours: readonly number[],
  peers: readonly number[],
  combine: (ours: number, peer: number) => number,
): number[] {
  if (ours.length !== peers.length) {
    throw new RangeError(
      `pairs: ${ours.length} measurements have ${peers.length} on the other side`,
    );
  }
  return ours.map((value, round) => combine(value, peers[round] as number));
}
