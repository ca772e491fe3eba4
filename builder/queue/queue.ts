import { PgBoss } from "pg-boss";
import type { Journal } from "../journal.ts";
import type { Database, Queries } from "../store/database.ts";

// Jobs on the same database, by pg-boss. A job says that a build wants to be worked on, no more: what a worker may do is
// settled by the build's own row.

/** The queue that every worker fetches from. */
export const BUILDS = "builds";

/** The queue of what clients are to be told. */
export const CALLBACKS = "callbacks";

/** The queue of what only one worker can do: the push of an image that it keeps. */
export function pushesOf(worker: string): string {
  return `pushes-${worker.replaceAll(/[^\w.-]/g, "_")}`;
}

/** After so many seconds without a sign of life pg-boss itself gives a job to the next one who asks. */
const HEARTBEAT = 30;

/** A job that is fetched. */
export interface FetchedJob<Data> {
  readonly queue: string;
  readonly id: string;
  readonly data: Data;
  readonly createdAt: Date;
}

/** A job to be. */
export interface NewJob {
  readonly id: string;
  readonly data: object;
  /** Jobs of one group run side by side up to a limit. */
  readonly group?: string;
  /** Higher ones first. Default: 0. */
  readonly priority?: number;
  /** Seconds until it may be fetched. Default: 0. */
  readonly delay?: number;
}

export interface Queue {
  /** Makes a queue where there is none. */
  ensure(queue: string, options?: QueueOptions): Promise<void>;
  /** Adds jobs with the transaction that they belong to. */
  add(queries: Queries, queue: string, jobs: readonly NewJob[]): Promise<void>;
  /** The next job, if there is one; jobs of a group with `groupLimit` at work are left alone. */
  fetch<Data>(queue: string, groupLimit?: number): Promise<FetchedJob<Data> | undefined>;
  /** Ends jobs, fetched or not, with the transaction that made them needless. */
  complete(queries: Queries, queue: string, ids: readonly string[]): Promise<void>;
  /** Gives a fetched job back, to be tried again after the queue's delay. */
  fail(queue: string, id: string, why: string): Promise<void>;
  touch(queue: string, id: string): Promise<void>;
  close(): Promise<void>;
}

export interface QueueOptions {
  readonly retryDelay?: number;
  readonly retryDelayMax?: number;
}

/** Opens the queue; makes its tables, in the schema `pgboss`, where there are none. */
export async function openQueue(database: Database, journal: Journal): Promise<Queue> {
  const boss = new PgBoss({
    db: { executeSql: (text, values) => execute(database, text, values) },
    schedule: false,
    superviseIntervalSeconds: 10,
    monitorIntervalSeconds: 10,
    maintenanceIntervalSeconds: 300,
  });
  boss.on("error", (error) =>
    journal.warn({ err: error }, "the queue's upkeep failed; it is tried again"),
  );
  await startInTurn(database, () => boss.start());
  await addIndex(database);
  const queue = queueOf(boss);
  await queue.ensure(BUILDS);
  await queue.ensure(CALLBACKS, { retryDelay: 5, retryDelayMax: 3_600 });
  return queue;
}

/** Processes that start at once on an empty Postgres must not make the tables at once; a PGlite has but one. */
async function startInTurn(database: Database, start: () => Promise<unknown>): Promise<void> {
  if (database.kind === "pglite") {
    await start();
    return;
  }
  await database.transaction(async ({ query }) => {
    await query("SELECT pg_advisory_xact_lock(hashtextextended('builder queue start', 0))");
    await start();
  });
}

/** In the order of fetching: with pg-boss's own indexes each fetch sorts all that wait. */
async function addIndex(database: Database): Promise<void> {
  await database.transaction(async ({ query }) => {
    await query("SELECT pg_advisory_xact_lock(hashtextextended('builder queue', 0))");
    await query(
      `CREATE INDEX IF NOT EXISTS builder_order ON pgboss.job_common (name, priority DESC, created_on, id)
       WHERE state < 'active'`,
    );
  });
}

function queueOf(boss: PgBoss): Queue {
  return {
    async ensure(name, { retryDelay = 1, retryDelayMax } = {}) {
      await boss.createQueue(name, {
        heartbeatSeconds: HEARTBEAT,
        expireInSeconds: 23 * 3_600,
        retentionSeconds: 30 * 24 * 3_600,
        deleteAfterSeconds: 600,
        retryLimit: 1_000_000,
        retryDelay,
        ...(retryDelayMax === undefined ? {} : { retryBackoff: true, retryDelayMax }),
      });
      // From now on pg-boss knows the queue without asking, which within a transaction it could not.
      await boss.getQueueStats(name);
    },
    async add(queries, name, jobs) {
      if (jobs.length === 0) return;
      await boss.insert(name, jobs.map(insertable), { db: within(queries) });
    },
    async fetch<Data>(name: string, groupLimit?: number) {
      const [job] = await boss.fetch<Data>(name, {
        includeMetadata: true,
        ...(groupLimit === undefined ? {} : { groupConcurrency: groupLimit }),
      });
      if (job === undefined) return undefined;
      return { queue: name, id: job.id, data: job.data, createdAt: job.createdOn };
    },
    async complete(queries, name, ids) {
      if (ids.length === 0) return;
      await boss.complete(name, [...ids], null, { db: within(queries), includeQueued: true });
    },
    async fail(name, id, why) {
      await boss.fail(name, id, { why });
    },
    async touch(name, id) {
      await boss.touch(name, id);
    },
    close: () => boss.stop({ graceful: false, close: false }),
  };
}

function insertable({ id, data, group, priority = 0, delay = 0 }: NewJob) {
  return {
    id,
    data,
    priority,
    startAfter: delay,
    // pg-boss's own statement reads these two columns of what it is given.
    ...(group === undefined ? {} : { group: { id: group }, groupId: group }),
  };
}

function within({ query }: Queries) {
  return {
    executeSql: async (text: string, values?: unknown[]) => ({
      rows: await query<object>(text, values),
    }),
  };
}

/** pg-boss sends several statements at once where it sends no values. */
async function execute(database: Database, text: string, values: unknown[] = []) {
  const isScript = values.length === 0;
  return { rows: isScript ? await database.script(text) : await database.query(text, values) };
}
