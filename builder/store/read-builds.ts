import type { Attempt, Build, LogLine, State } from "../build.ts";
import type { Listed } from "./build-store.ts";
import type { Database } from "./database.ts";
import {
  type AttemptRow,
  attemptOf,
  BUILD_COLUMNS,
  type BuildRow,
  buildOf,
  type LogRow,
} from "./rows.ts";
import { SILENCE } from "./workers.ts";

// What is asked about builds without changing them.

export async function listBuilds(
  { query }: Database,
  { client, state, before, limit }: Listed,
): Promise<Build[]> {
  const values: unknown[] = [limit];
  const conditions: string[] = [];
  const add = (column: string, comparison: string, value: unknown) => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(`${column} ${comparison} $${values.length}`);
  };
  add("client", "=", client);
  add("state", "=", state);
  add("number", "<", before);
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  const rows = await query<BuildRow>(
    `SELECT ${BUILD_COLUMNS} FROM builder.builds ${where} ORDER BY number DESC LIMIT $1`,
    values,
  );
  return rows.map(buildOf);
}

export async function readAttempts({ query }: Database, id: string): Promise<Attempt[]> {
  const rows = await query<AttemptRow>(
    `SELECT number, worker, state, first_step, digest, error, started_at, finished_at
     FROM builder.attempts WHERE build = $1 ORDER BY number`,
    [id],
  );
  return rows.map(attemptOf);
}

export async function readLog(
  { query }: Database,
  id: string,
  after: number,
  limit: number,
): Promise<LogLine[]> {
  return query<LogRow>(
    `SELECT seq, attempt, at, stream, text FROM builder.log_lines
     WHERE build = $1 AND seq > $2 ORDER BY seq LIMIT $3`,
    [id, after, limit],
  );
}

export async function countBuilds({ query }: Database) {
  const byState: Record<State, number> = {
    queued: 0,
    building: 0,
    pushing: 0,
    succeeded: 0,
    failed: 0,
    cancelled: 0,
  };
  const rows = await query<{ state: State; count: number }>(
    "SELECT state, count(*)::int AS count FROM builder.builds GROUP BY state",
  );
  for (const { state, count } of rows) byState[state] = count;
  const [{ age } = { age: 0 }] = await query<{ age: number }>(
    `SELECT coalesce(extract(epoch FROM now() - min(queued_at)), 0)::float8 AS age
     FROM builder.builds WHERE state = 'queued'`,
  );
  return { byState, oldestQueued: Math.max(0, age) };
}

export async function countWorkers({ query }: Database): Promise<number> {
  const [{ count } = { count: 0 }] = await query<{ count: number }>(
    `SELECT count(*)::int AS count FROM builder.workers WHERE heartbeat_at > now() - interval '${SILENCE}'`,
  );
  return count;
}
