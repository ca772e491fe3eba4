import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { withLock } from "./lock.mjs";
import type { Progress } from "./thing.ts";

/**
 * Makes a folder whole or not at all: `fill` works in a folder beside it, which is renamed when it is done. One process does so
 * at a time; one that comes later finds the folder made, and gets undefined in place of what `fill` returned. What a killed one
 * left behind is cleared away.
 */
export async function installFolder<T>(
  folder: string,
  fill: (draft: string) => Promise<T>,
  progress: Progress,
): Promise<T | undefined> {
  const parent = dirname(folder);
  const draftName = `${basename(folder)}.draft-`;
  return withLock(
    `${folder}.lock`,
    async () => {
      if (existsSync(folder)) return undefined;
      mkdirSync(parent, { recursive: true });
      for (const name of readdirSync(parent)) {
        if (name.startsWith(draftName)) rmSync(join(parent, name), { recursive: true });
      }
      const draft = mkdtempSync(join(parent, draftName));
      try {
        const filled = await fill(draft);
        renameSync(draft, folder);
        return filled;
      } finally {
        rmSync(draft, { recursive: true, force: true });
      }
    },
    (holder) => progress(`process ${holder.pid} is making it since ${holder.since}; waiting`),
  );
}
