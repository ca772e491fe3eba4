import type { Build } from "../build.ts";
import type { NewBuild } from "./build-store.ts";
import type { Queries } from "./database.ts";
import { BUILD_COLUMNS, type BuildRow, buildOf } from "./rows.ts";

// One request that is sent twice makes one build: its key is stored with the build that it made, for 24 hours.

/** How long a key is kept. */
export const KEPT = "24 hours";

/** An order with the id that it gets if it is new. */
export interface Keyed {
  readonly id: string;
  readonly build: NewBuild;
}

/** What a key was used for. */
export interface Earlier {
  readonly fingerprint: string;
  readonly build: Build;
}

/** The builds that the keys of these orders made before, by the ids of the orders. */
export async function earlierBuilds(
  { query }: Queries,
  orders: readonly Keyed[],
  known: ReadonlyMap<string, Earlier> = new Map(),
): Promise<Map<string, Earlier>> {
  const earlier = new Map(known);
  const keyed = keysOf(orders).filter(({ id }) => !known.has(id));
  if (keyed.length === 0) return earlier;
  const rows = await query<BuildRow & { fingerprint: string; asked: string }>(
    `SELECT asked.id AS asked, keys.fingerprint, builds.*
     FROM json_to_recordset($1::json) AS asked (id uuid, client text, key text)
     JOIN builder.idempotency_keys keys USING (client, key)
     JOIN LATERAL (SELECT ${BUILD_COLUMNS} FROM builder.builds WHERE builds.id = keys.build) builds ON true
     WHERE keys.created_at > now() - interval '${KEPT}'`,
    [JSON.stringify(keyed)],
  );
  for (const row of rows) {
    earlier.set(row.asked, { fingerprint: row.fingerprint, build: buildOf(row) });
  }
  return earlier;
}

/** Takes the keys of new orders; gives the orders whose key somebody else has taken meanwhile. */
export async function takeKeys<Order extends Keyed>(
  { query }: Queries,
  orders: readonly Order[],
): Promise<readonly Order[]> {
  const keyed = keysOf(orders);
  if (keyed.length === 0) return [];
  // In one order, so that two processes never wait for each other's keys.
  const rows = await query<{ build: string }>(
    `INSERT INTO builder.idempotency_keys (client, key, fingerprint, build)
     SELECT client, key, fingerprint, id
     FROM json_to_recordset($1::json) AS new (id uuid, client text, key text, fingerprint text)
     ORDER BY client, key
     ON CONFLICT (client, key) DO UPDATE
       SET fingerprint = excluded.fingerprint, build = excluded.build, created_at = now()
       WHERE idempotency_keys.created_at <= now() - interval '${KEPT}'
     RETURNING build`,
    [JSON.stringify(keyed)],
  );
  const taken = new Set(rows.map(({ build }) => build));
  return orders.filter(({ id, build }) => build.idempotency !== undefined && !taken.has(id));
}

function keysOf(orders: readonly Keyed[]) {
  return orders.flatMap(({ id, build: { client, idempotency } }) =>
    idempotency === undefined ? [] : [{ id, client, ...idempotency }],
  );
}
