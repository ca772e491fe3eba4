import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { UserError } from "../../setup/user-error.ts";
import type { Journal } from "../journal.ts";
import type { Settings } from "../settings.ts";
import type { Database } from "../store/database.ts";
import { type FolderLock, lockFolder } from "../store/folder-lock.ts";
import { SILENCE } from "../store/workers.ts";

// A worker's containers, its caches and the images that it keeps are known by its name. The name belongs to the worker's folder: a
// worker that is started again there has the name of the one before at once, and with it what that one kept.

/** Between two signs of life, in milliseconds. */
const SIGN_EVERY = 3_000;

export interface WorkerName {
  /** `<BUILDER_NAME>-<number>`; the host's name where there is none. */
  readonly name: string;
  /** The last worker of this name is known to be dead: its folder's lock is ours. */
  readonly isSuccessor: boolean;
  /** The same for all workers of one folder, and for no others: a UUID. */
  readonly folder: string;
  /** Aborted when another machine has taken the name, since this one had been silent for too long. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/**
 * Takes the name that this folder's last worker had, else the lowest number of this machine that is free; nobody else has the name
 * until it is released or this process ends.
 */
export async function takeWorkerName(
  database: Database,
  settings: Pick<Settings, "folder" | "name">,
  journal: Journal,
  host: string = settings.name ?? hostname(),
): Promise<WorkerName> {
  const folder = join(settings.folder, "workers");
  const place = identityOf(folder);
  const instance = randomUUID();
  for await (const name of candidates(database, place, plain(host))) {
    const lock = lockFolder(folder, name);
    if ("holder" in lock) continue;
    const before = await takeRow(database, { name, instance, place });
    if (before !== "taken") {
      const isSuccessor = before === place;
      return {
        isSuccessor,
        folder: place,
        ...keepName(database, { name, instance, lock }, journal),
      };
    }
    lock.release();
  }
  throw new Error("there is always another number");
}

async function* candidates({ query }: Database, place: string, host: string) {
  const own = await query<{ name: string }>(
    "SELECT name FROM builder.workers WHERE folder = $1 ORDER BY length(name), name",
    [place],
  );
  for (const { name } of own) if (name.startsWith(`${host}-`)) yield name;
  for (let number = 1; ; number++) yield `${host}-${number}`;
}

/**
 * Only another folder's living worker keeps a name from us: our own folder's last one is dead, for we have its lock.
 * @returns the folder that had the name before, if any.
 */
async function takeRow(
  { query }: Database,
  { name, instance, place }: { name: string; instance: string; place: string },
): Promise<string | null | "taken"> {
  const [row] = await query<{ before: string | null }>(
    `WITH before AS (SELECT folder FROM builder.workers WHERE name = $1)
     INSERT INTO builder.workers AS old (name, instance, folder) VALUES ($1, $2, $3)
     ON CONFLICT (name) DO UPDATE SET instance = $2, folder = $3, heartbeat_at = now()
       WHERE old.folder = $3 OR old.heartbeat_at < now() - interval '${SILENCE}'
     RETURNING (SELECT folder FROM before) AS before`,
    [name, instance, place],
  );
  return row === undefined ? "taken" : row.before;
}

function keepName(
  { query }: Database,
  { name, instance, lock }: { name: string; instance: string; lock: FolderLock },
  journal: Journal,
): Pick<WorkerName, "name" | "lost" | "release"> {
  const losing = new AbortController();
  const sign = async () => {
    try {
      const rows = await query(
        "UPDATE builder.workers SET heartbeat_at = now() WHERE name = $1 AND instance = $2 RETURNING name",
        [name, instance],
      );
      if (rows.length === 0)
        losing.abort(
          new UserError(
            `worker: another machine is ${name} now, for this one was silent; start it again, or name it with BUILDER_NAME`,
          ),
        );
    } catch (error) {
      journal.warn(
        { err: error, worker: name },
        "the worker's sign of life did not reach the database",
      );
    }
  };
  const signing = setInterval(sign, SIGN_EVERY);
  return {
    name,
    lost: losing.signal,
    async release() {
      clearInterval(signing);
      try {
        // What it keeps is still known by its name.
        await query("DELETE FROM builder.workers WHERE name = $1 AND instance = $2", [
          name,
          instance,
        ]);
      } catch (error) {
        journal.warn(
          { err: error, worker: name },
          "the worker's name is not given back; it will be free by itself",
        );
      } finally {
        lock.release();
      }
    },
  };
}

/** The folder's own identity, the same for all workers that ever use it. */
function identityOf(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, "identity");
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, randomUUID());
  try {
    // Whole or not at all, and never over another's.
    linkSync(mine, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(mine);
  }
  return readFileSync(path, "utf8");
}

/** What containers and queues may be named, with room for the number. */
function plain(host: string): string {
  return host
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, "-")
    .slice(0, 36);
}
