import { setTimeout as pause } from "node:timers/promises";
import type { LogLine } from "../build.ts";
import type { Journal } from "../journal.ts";
import { tell } from "../store/changes.ts";
import type { Database } from "../store/database.ts";
import type { Claim } from "./claim.ts";
import { keyHider } from "./hide-keys.ts";
import { LeaseLost } from "./lease.ts";
import type { Log } from "./steps.ts";
import { storable } from "./storable.ts";

// Lines are stored in batches: one statement for all that a fifth of a second brings.

/** In milliseconds. */
const BATCH_EVERY = 200;

/** In characters: a batch with so many is not held back. */
const BATCH_LENGTH = 64 * 1_024;

/** Between two tries to store a batch, in milliseconds. */
const RETRY_AFTER = 500;

export interface LogWriter {
  readonly log: Log;
  /** Stores what has been logged; resolves without having done so once the lease is lost. */
  flush(signal: AbortSignal): Promise<void>;
}

/** Writes the log of one attempt; lines of an attempt that is not the build's last one are dropped. */
export function openLogWriter(
  database: Database,
  { build, client, attempt, logSeq }: Pick<Claim, "build" | "client" | "attempt" | "logSeq">,
  redact: (text: string) => string,
  journal: Journal,
): LogWriter {
  const hidden = keyHider();
  let seq = logSeq;
  let lines: LogLine[] = [];
  let length = 0;
  let timer: NodeJS.Timeout | undefined;
  let storing: Promise<void> = Promise.resolve();

  function log(stream: LogLine["stream"], text: string): void {
    for (const line of storable(hidden(stream, text) ?? redact(text)).split(/\r?\n/)) {
      seq += 1;
      lines.push({ seq, attempt, at: new Date(), stream, text: line });
      length += line.length;
    }
    if (length >= BATCH_LENGTH) store();
    else timer ??= setTimeout(() => store(), BATCH_EVERY);
  }

  function store(signal?: AbortSignal): void {
    clearTimeout(timer);
    timer = undefined;
    if (lines.length === 0) return;
    const batch = lines;
    lines = [];
    length = 0;
    storing = storing.then(() => storeBatch(batch, signal));
  }

  /** A batch that finds the database away is tried for as long as a lease may last; nobody waits for it longer than that. */
  async function storeBatch(batch: readonly LogLine[], signal?: AbortSignal): Promise<void> {
    const deadline = performance.now() + 30_000;
    while (!(signal?.reason instanceof LeaseLost) && performance.now() < deadline) {
      try {
        return await insert(database, { build, client, attempt }, batch);
      } catch (error) {
        journal.warn({ err: error, build, attempt }, "lines of a log are not stored yet");
        await pause(RETRY_AFTER);
      }
    }
  }

  return {
    log,
    async flush(signal) {
      store(signal);
      await storing;
    },
  };
}

/** The row of the build is locked against its next attempt, which counts the lines. */
async function insert(
  database: Database,
  { build, client, attempt }: Pick<Claim, "build" | "client" | "attempt">,
  batch: readonly LogLine[],
): Promise<void> {
  await database.transaction(async (queries) => {
    const mine = await queries.query(
      `WITH mine AS (SELECT id FROM builder.builds WHERE id = $1 AND attempt = $2 FOR SHARE)
       INSERT INTO builder.log_lines (build, seq, attempt, at, stream, text)
       SELECT mine.id, seq, $2, at, stream, text
       FROM mine, json_to_recordset($3::json) AS line (seq int, at timestamptz, stream text, text text)
       ON CONFLICT DO NOTHING RETURNING seq`,
      [build, attempt, JSON.stringify(batch)],
    );
    if (mine.length > 0) await tell(queries, [{ build, client, what: "log" }]);
  });
}
