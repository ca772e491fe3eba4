/** Takes one measurement and hands back what was measured. */
export type Measure = () => Promise<number>;

/**
 * Measures several sides in turn, A B C A B C, so that a machine that is busy for a while slows all of them down. A first
 * round fills caches and does not count.
 * @param told hears which round begins: 0 is the one that does not count.
 * @returns each side's measurements, one for each round.
 */
export async function interleave<Side extends string>(
  rounds: number,
  sides: Readonly<Record<Side, Measure>>,
  told: (round: number) => void = () => {},
): Promise<Record<Side, number[]>> {
  const names = Object.keys(sides) as Side[];
  const taken = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    Side,
    number[]
  >;
  for (let round = 0; round <= rounds; round += 1) {
    told(round);
    for (const name of names) {
      const measured = await sides[name]();
      if (round > 0) taken[name].push(measured);
    }
  }
  return taken;
}
