import type { Queries } from "./database.ts";
import type { Keyed } from "./idempotency.ts";

/** For how long a count is good enough where it is far from the limit, in milliseconds: counting thousands takes longer than storing one. */
const FRESH = 1_000;

/** How many builds of each client wait: at most so many, by the last count and what this process has added since. */
interface Count {
  waiting: number;
  readonly until: number;
}

/**
 * Lets in as many builds of each client as may wait at once. Near the limit it counts each time; processes that let in builds within
 * one second may let in a few more together.
 * @returns finds the orders that are too many, by their ids.
 */
export function waitingLimit(
  limit: number,
): (queries: Queries, orders: readonly Keyed[]) => Promise<ReadonlySet<string>> {
  const counts = new Map<string, Count>();
  return async (queries, orders) => {
    const wanted = Map.groupBy(orders, ({ build }) => build.client);
    const unsure = [...wanted].flatMap(([client, { length }]) =>
      isGoodEnough(counts.get(client), length, limit) ? [] : [client],
    );
    for (const [client, count] of await countWaiting(queries, unsure)) counts.set(client, count);
    const full = new Set<string>();
    for (const [client, all] of wanted) {
      const count = counts.get(client);
      for (const { id } of all) {
        if (count === undefined || count.waiting >= limit) full.add(id);
        else count.waiting += 1;
      }
    }
    return full;
  };
}

function isGoodEnough(count: Count | undefined, more: number, limit: number): boolean {
  return count !== undefined && performance.now() < count.until && count.waiting + more <= limit;
}

async function countWaiting(
  { query }: Queries,
  clients: readonly string[],
): Promise<[client: string, Count][]> {
  if (clients.length === 0) return [];
  const rows = await query<{ client: string; waiting: number }>(
    `SELECT client, (SELECT count(*)::int FROM builder.builds WHERE builds.client = asked.client AND state = 'queued') AS waiting
     FROM json_array_elements_text($1::json) AS asked (client)`,
    [JSON.stringify(clients)],
  );
  const until = performance.now() + FRESH;
  return rows.map(({ client, waiting }) => [client, { waiting, until }]);
}
