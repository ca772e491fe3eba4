import type { Change } from "./build-store.ts";
import type { Database, Queries } from "./database.ts";

// What happens to builds, told to every process on the same database once it has been committed.

const CHANNEL = "builder_changes";

/** A change as it travels. */
export interface ToldChange extends Change {
  /** The queue in which it waits now, for idle workers. */
  readonly queued?: string;
  /** Somebody is to be called back. */
  readonly hasCallback?: boolean;
  /** The build's worker is to end it. */
  readonly isCancelling?: boolean;
}

export interface Changes {
  /** Returns what ends it. */
  hear(heard: (change: ToldChange) => void): () => void;
  close(): Promise<void>;
}

export async function openChanges(database: Database): Promise<Changes> {
  const hearers = new Set<(change: ToldChange) => void>();
  const end = await database.listen(CHANNEL, (payload) => {
    const change = JSON.parse(payload) as ToldChange;
    for (const heard of hearers) heard(change);
  });
  return {
    hear(heard) {
      hearers.add(heard);
      return () => hearers.delete(heard);
    },
    close: end,
  };
}

/** Tells changes with the transaction that makes them, or at once outside of one. */
export async function tell({ query }: Queries, changes: readonly ToldChange[]): Promise<void> {
  if (changes.length === 0) return;
  await query("SELECT pg_notify($1, value) FROM json_array_elements_text($2::json)", [
    CHANNEL,
    JSON.stringify(changes.map((change) => JSON.stringify(change))),
  ]);
}
