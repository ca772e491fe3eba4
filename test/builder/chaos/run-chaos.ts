import { until } from "../../rehearsal/until.ts";
import { runClient, type Sent } from "./client.ts";
import type { ChaosOrder } from "./orders.ts";
import type { Mishap } from "./schedule.ts";

/** A run: who orders what, and what goes wrong meanwhile. */
export interface ChaosRun {
  /** Where the service answers. */
  readonly origin: string;
  readonly orders: readonly ChaosOrder[];
  /** How many clients at once. */
  readonly clients: number;
  readonly mishaps: readonly Mishap<{ readonly name: string; happen(): Promise<void> | void }>[];
  /** Seconds that all of it may take. */
  readonly seconds: number;
}

/**
 * Lets all clients send their orders and watch them end, while one mishap after the other happens.
 * @returns every request that was sent, by its tag.
 */
export async function runChaos(run: ChaosRun): Promise<ReadonlyMap<string, Sent>> {
  const { origin, orders, mishaps, seconds } = run;
  const waiting = [...orders];
  const sent = new Map<string, Sent>();
  const giveUp = new AbortController();
  let moves = 0;
  const moved = (): void => {
    moves += 1;
  };
  const client = { origin, waiting, sent, moved, signal: giveUp.signal };
  const progress = (): number => moves / (2 * orders.length);
  const misfortune = async (): Promise<void> => {
    for (const { at, what } of mishaps) {
      await until(`${at} of the way`, () => progress() >= at, seconds);
      process.stderr.write(`  chaos at ${(100 * at).toFixed(0)} %: ${what.name}\n`);
      await what.happen();
    }
  };
  const timer = setTimeout(() => giveUp.abort(new Error(outOfTime(run, sent))), seconds * 1_000);
  try {
    const clients = Array.from({ length: run.clients }, () => runClient(client));
    await Promise.all([...clients, misfortune()]);
    return sent;
  } finally {
    clearTimeout(timer);
    giveUp.abort();
  }
}

function outOfTime({ seconds, orders }: ChaosRun, sent: ReadonlyMap<string, Sent>): string {
  const all = [...sent.values()];
  const open = all.filter(({ id, ended }) => id !== undefined && ended === undefined);
  const taken = all.filter(({ id }) => id !== undefined).length;
  const some = open.slice(0, 5).map(({ tagged, id }) => `${tagged} (${id})`);
  return `after ${seconds} s ${taken} of ${orders.length} orders are taken, ${open.length} of them have not ended: ${some.join(", ")}`;
}
