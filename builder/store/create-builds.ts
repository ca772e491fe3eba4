import { randomUUID } from "node:crypto";
import type { Build } from "../build.ts";
import { BUILDS, type Queue } from "../queue/queue.ts";
import { KeyTaken, type NewBuild, QueueFull } from "./build-store.ts";
import { tell } from "./changes.ts";
import type { Database, Queries } from "./database.ts";
import { isRefused } from "./failures.ts";
import { groupCommit } from "./group-commit.ts";
import { earlierBuilds, type Keyed, takeKeys } from "./idempotency.ts";
import { BUILD_COLUMNS, type BuildRow, buildOf } from "./rows.ts";
import { waitingLimit } from "./waiting.ts";

/** One transaction's share: enough for a crowd of clients, and small enough to hold up nobody else. */
const MOST_ITEMS = 100;
const MOST_BYTES = 8 * 1_024 * 1_024;

type Created = { readonly build: Build; readonly isNew: boolean };

/** A build with the identity that it will have. */
interface Candidate extends Keyed {
  readonly job: string;
}

/** Stores and queues builds, those that come at once in one transaction. Errors as in `BuildStore.create`. */
export function createBuilds(
  database: Database,
  queue: Queue,
  mostWaiting: number,
): (build: NewBuild) => Promise<Created> {
  const limit = { most: mostWaiting, beyond: waitingLimit(mostWaiting) };
  return groupCommit<NewBuild, Created>(
    {
      items: MOST_ITEMS,
      bytes: MOST_BYTES,
      bytesOf: ({ context }) => context.parts.reduce((sum, part) => sum + part.length, 0),
      keyOf: ({ client, idempotency }) =>
        idempotency === undefined ? undefined : `${client}\n${idempotency.key}`,
      isOfOne: isRefused,
    },
    (builds) => commit(database, queue, limit, builds),
  );
}

async function commit(
  database: Database,
  queue: Queue,
  limit: { readonly most: number; readonly beyond: ReturnType<typeof waitingLimit> },
  builds: readonly NewBuild[],
): Promise<readonly (Created | Error)[]> {
  const candidates = builds.map((build) => ({ build, id: randomUUID(), job: randomUUID() }));
  return database.transaction(async (queries) => {
    const earlier = await earlierBuilds(queries, candidates);
    const unknown = candidates.filter(({ id }) => !earlier.has(id));
    const full = await limit.beyond(queries, unknown);
    const wanted = unknown.filter(({ id }) => !full.has(id));
    // Another process may have taken a key since; its transaction has ended once ours has tried to take it, too.
    const lost = await takeKeys(queries, wanted);
    const taken = lost.length === 0 ? earlier : await earlierBuilds(queries, candidates, earlier);
    const created = await insert(
      queries,
      queue,
      wanted.filter((candidate) => !lost.includes(candidate)),
    );
    return candidates.map(({ id, build }) => {
      const found = taken.get(id);
      if (found !== undefined) return replay(found, build);
      const made = created.get(id);
      if (made !== undefined) return { build: made, isNew: true };
      return new QueueFull(`at most ${limit.most} builds may wait at once`);
    });
  });
}

function replay(
  earlier: { readonly fingerprint: string; readonly build: Build },
  { idempotency }: NewBuild,
): Created | Error {
  if (earlier.fingerprint === idempotency?.fingerprint) {
    return { build: earlier.build, isNew: false };
  }
  return new KeyTaken(`"${idempotency?.key}" came with another request before`);
}

async function insert(
  queries: Queries,
  queue: Queue,
  candidates: readonly Candidate[],
): Promise<Map<string, Build>> {
  if (candidates.length === 0) return new Map();
  const rows = await queries.query<BuildRow>(
    `INSERT INTO builder.builds (id, client, "order", reference, context_parts, queue, job)
     SELECT id, client, "order", reference, parts, $2, job
     FROM json_to_recordset($1::json)
       AS new (id uuid, client text, "order" jsonb, reference text, parts int, job uuid)
     RETURNING ${BUILD_COLUMNS}`,
    [JSON.stringify(candidates.map(rowOf)), BUILDS],
  );
  await insertParts(queries, candidates);
  await queue.add(
    queries,
    BUILDS,
    candidates.map(({ id, job, build }) => ({ id: job, data: { build: id }, group: build.client })),
  );
  await tell(
    queries,
    candidates.map(({ id, build }) => ({
      build: id,
      client: build.client,
      what: "state",
      queued: BUILDS,
    })),
  );
  return new Map(rows.map((row) => [row.id, buildOf(row)]));
}

function rowOf({ id, job, build }: Candidate) {
  const { client, order, reference, context } = build;
  return { id, job, client, order, reference, parts: context.parts.length };
}

/** All parts travel as one value, and are cut up by the database: bytes need no encoding, and it is one statement. */
async function insertParts({ query }: Queries, candidates: readonly Candidate[]): Promise<void> {
  const contents: Buffer[] = [];
  const places: { build: string; part: number; start: number; length: number }[] = [];
  let start = 1;
  for (const { id, build } of candidates) {
    for (const [part, content] of build.context.parts.entries()) {
      places.push({ build: id, part, start, length: content.length });
      contents.push(content);
      start += content.length;
    }
  }
  await query(
    `INSERT INTO builder.context_parts (build, part, content)
     SELECT build, part, substring($2::bytea FROM start FOR length)
     FROM json_to_recordset($1::json) AS place (build uuid, part int, start int, length int)`,
    [JSON.stringify(places), Buffer.concat(contents)],
  );
}
