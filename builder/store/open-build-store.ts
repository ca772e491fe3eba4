import type { Journal } from "../journal.ts";
import type { Queue } from "../queue/queue.ts";
import type { Settings } from "../settings.ts";
import type { BuildStore } from "./build-store.ts";
import { openChanges } from "./changes.ts";
import { createBuilds } from "./create-builds.ts";
import type { Database } from "./database.ts";
import { findBuilds } from "./find-builds.ts";
import { cancelBuild, retryBuild } from "./handle-builds.ts";
import { countBuilds, countWorkers, listBuilds, readAttempts, readLog } from "./read-builds.ts";

/** What the store is opened on. */
export interface StoreParts {
  readonly settings: { readonly uploadLimits: Pick<Settings["uploadLimits"], "waiting"> };
  readonly database: Database;
  readonly queue: Queue;
  readonly journal: Journal;
}

/** Opens the builds as the HTTP side sees them; `close` ends its hearing, not the database. */
export async function openBuildStore(
  parts: StoreParts,
): Promise<BuildStore & { close(): Promise<void> }> {
  const { settings, database, queue, journal } = parts;
  const changes = await openChanges(database);
  return {
    create: createBuilds(database, queue, settings.uploadLimits.waiting),
    find: findBuilds(database),
    list: (listed) => listBuilds(database, listed),
    attempts: (id) => readAttempts(database, id),
    cancel: (id) => cancelBuild(database, queue, id),
    retry: (id) => retryBuild(database, queue, id, settings.uploadLimits.waiting),
    log: (id, after, limit) => readLog(database, id, after, limit),
    hear: (heard) =>
      changes.hear(({ build, client, what }) => {
        try {
          heard({ build, client, what });
        } catch (error) {
          journal.error({ err: error }, "a listener to changes failed");
        }
      }),
    counts: () => countBuilds(database),
    workers: () => countWorkers(database),
    async check() {
      await database.query("SELECT 1");
    },
    close: () => changes.close(),
  };
}
