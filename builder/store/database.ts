// The one way to SQL: PGlite in this process or a Postgres elsewhere, with the same statements.

/** Runs statements, `$1` and so on for values. */
export interface Queries {
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

export interface Database extends Queries {
  /** Several statements, without values; gives the rows of all of them. */
  script(text: string): Promise<object[]>;
  /** All or nothing. */
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /** Hears what `pg_notify` says on a channel, also after the connection was lost and found again. */
  listen(channel: string, heard: (payload: string) => void): Promise<() => Promise<void>>;
  /** `pglite` has but this process; a `postgres` may be shared. */
  readonly kind: "pglite" | "postgres";
  close(): Promise<void>;
}
