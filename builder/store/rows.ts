import type { Attempt, Build, LogLine, Order, State, Step } from "../build.ts";

// Rows of the tables, and the nouns they stand for.

/** What `buildOf` needs of `builder.builds`. */
export const BUILD_COLUMNS = `id, number, client, "order", reference, state, step, attempt, digest, error, is_cancelling,
  created_at, started_at, finished_at`;

export interface BuildRow {
  id: string;
  number: number;
  client: string;
  order: Order;
  reference: string;
  state: State;
  step: Step;
  attempt: number;
  digest: string | null;
  error: string | null;
  is_cancelling: boolean;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
}

export function buildOf(row: BuildRow): Build {
  return {
    id: row.id,
    number: row.number,
    client: row.client,
    order: row.order,
    reference: row.reference,
    state: row.state,
    step: row.step,
    attempt: row.attempt,
    ...present("digest", row.digest),
    ...present("error", row.error),
    isCancelling: row.is_cancelling,
    createdAt: row.created_at,
    ...present("startedAt", row.started_at),
    ...present("finishedAt", row.finished_at),
  };
}

export interface AttemptRow {
  number: number;
  worker: string;
  state: Attempt["state"];
  first_step: Step;
  digest: string | null;
  error: string | null;
  started_at: Date;
  finished_at: Date | null;
}

export function attemptOf(row: AttemptRow): Attempt {
  return {
    number: row.number,
    worker: row.worker,
    state: row.state,
    firstStep: row.first_step,
    ...present("digest", row.digest),
    ...present("error", row.error),
    startedAt: row.started_at,
    ...present("finishedAt", row.finished_at),
  };
}

/** The columns of `builder.log_lines` are the fields of a line. */
export type LogRow = LogLine;

function present<Name extends string, Value>(
  name: Name,
  value: Value | null,
): { [name in Name]?: Value } {
  return (value === null ? {} : { [name]: value }) as { [name in Name]?: Value };
}
