/** What the database says of a build. */
export interface BuildRow {
  readonly id: string;
  readonly reference: string;
  readonly state: string;
  readonly attempt: number;
  readonly digest: string | null;
  readonly error: string | null;
}

/** What it says of one attempt. */
export interface AttemptRow {
  readonly build: string;
  readonly number: number;
  readonly state: string;
  readonly digest: string | null;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
}

/** All that the database holds of a run. */
export interface Ledger {
  readonly builds: readonly BuildRow[];
  readonly attempts: readonly AttemptRow[];
  /** Jobs of the queue that somebody would still have to do. */
  readonly openJobs: readonly { readonly name: string; readonly state: string }[];
}

/** Runs one statement. */
export type Ask = <Row extends object>(text: string) => Promise<Row[]>;

/** Reads the database from outside, as somebody who knows its tables would. */
export async function readLedger(ask: Ask): Promise<Ledger> {
  return {
    builds: await ask("select id, reference, state, attempt, digest, error from builder.builds"),
    attempts: await ask(
      `select build, number, state, digest, started_at as "startedAt", finished_at as "finishedAt"
       from builder.attempts order by build, number`,
    ),
    openJobs: await ask(
      "select name, state from pgboss.job where state in ('created', 'retry', 'active')",
    ),
  };
}
