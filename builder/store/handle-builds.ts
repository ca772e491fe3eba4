import { randomUUID } from "node:crypto";
import type { Build, Step } from "../build.ts";
import { addCallback } from "../queue/callback-jobs.ts";
import { BUILDS, pushesOf, type Queue } from "../queue/queue.ts";
import { QueueFull } from "./build-store.ts";
import { tell } from "./changes.ts";
import type { Database, Queries } from "./database.ts";
import { requeue } from "./requeue.ts";
import { BUILD_COLUMNS, type BuildRow, buildOf } from "./rows.ts";
import { isAlive } from "./workers.ts";

// What clients do with builds that exist.

type HandledRow = BuildRow & {
  queue: string;
  job: string;
  held_by: string | null;
};

/** As `BuildStore.cancel`. */
export function cancelBuild(
  database: Database,
  queue: Queue,
  id: string,
): Promise<Build | undefined> {
  return database.transaction(async (queries) => {
    const row = await lock(queries, id);
    if (row === undefined) return undefined;
    if (row.state === "queued") {
      await queue.complete(queries, row.queue, [row.job]);
      await queries.query(
        `UPDATE builder.builds SET state = 'cancelled', error = NULL, is_cancelling = false, finished_at = now() WHERE id = $1`,
        [id],
      );
    } else if (row.state === "building" || row.state === "pushing") {
      await queries.query("UPDATE builder.builds SET is_cancelling = true WHERE id = $1", [id]);
    } else {
      return buildOf(row);
    }
    const build = await read(queries, id);
    const isCancelling = build.state !== "cancelled";
    if (!isCancelling) await addCallback(queries, queue, build);
    const hasCallback = !isCancelling && build.order.callback !== undefined;
    const { client } = row;
    await tell(queries, [{ build: id, client, what: "state", isCancelling, hasCallback }]);
    return build;
  });
}

/**
 * As `BuildStore.retry`.
 * @param mostWaiting how many builds of the client may wait at once.
 * @throws QueueFull when so many wait already.
 */
export async function retryBuild(
  database: Database,
  queue: Queue,
  id: string,
  mostWaiting: number,
): Promise<{ readonly build: Build; readonly isQueued: boolean } | undefined> {
  return database.transaction(async (queries) => {
    const row = await lock(queries, id);
    if (row === undefined) return undefined;
    if (row.state !== "failed" && row.state !== "cancelled") {
      return { build: buildOf(row), isQueued: false };
    }
    if ((await waitingOf(queries, row.client)) >= mostWaiting) {
      throw new QueueFull(`at most ${mostWaiting} builds may wait at once`);
    }
    const step: Step = row.step === "push" && row.held_by !== null ? "push" : "build";
    const isHeld = step === "push" && row.held_by !== null;
    // Only its keeper can push it; where that one is gone, any worker builds it again.
    const holder = isHeld && (await isAlive(queries, row.held_by)) ? row.held_by : null;
    await requeue(queries, queue, {
      build: id,
      client: row.client,
      job: randomUUID(),
      into: holder === null ? BUILDS : pushesOf(holder),
      step,
      lost: 0,
    });
    return { build: await read(queries, id), isQueued: true };
  });
}

async function waitingOf({ query }: Queries, client: string): Promise<number> {
  const [row] = await query<{ waiting: number }>(
    "SELECT count(*)::int AS waiting FROM builder.builds WHERE client = $1 AND state = 'queued'",
    [client],
  );
  return row?.waiting ?? 0;
}

async function lock({ query }: Queries, id: string): Promise<HandledRow | undefined> {
  const [row] = await query<HandledRow>(
    `SELECT ${BUILD_COLUMNS}, queue, job, held_by FROM builder.builds WHERE id = $1 FOR UPDATE`,
    [id],
  );
  return row;
}

async function read({ query }: Queries, id: string): Promise<Build> {
  const [row] = await query<BuildRow>(`SELECT ${BUILD_COLUMNS} FROM builder.builds WHERE id = $1`, [
    id,
  ]);
  if (row === undefined) throw new Error(`build ${id} was locked and is gone`);
  return buildOf(row);
}
