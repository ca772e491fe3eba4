import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

// A lock on a folder that the operating system itself lets go of when its holder dies, however it dies.
// Node has no call for file locks; SQLite takes them with every exclusive transaction, over processes and containers.

/** SQLite's "somebody else has it". */
const BUSY = 5;

/** A lock that is held. */
export interface FolderLock {
  release(): void;
}

/**
 * Takes the lock `name` in a folder, which is made if need be.
 * @returns the holder's process number where another one has it, 0 where that is not known yet.
 */
export function lockFolder(folder: string, name: string): FolderLock | { readonly holder: number } {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.lock`);
  const holderPath = join(folder, `${name}.pid`);
  const lock = new DatabaseSync(path);
  try {
    lock.exec("PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode !== BUSY) throw error;
    return { holder: readHolder(holderPath) };
  }
  writeFileSync(holderPath, `${process.pid}\n`);
  return { release: () => lock.close() };
}

function readHolder(path: string): number {
  try {
    return Number.parseInt(readFileSync(path, "utf8"), 10) || 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}
