import { mkdir, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import type { Entry } from "./entry.ts";
import { readArchive } from "./read-archive.ts";

/** Whoever let a context in has weighed it. */
const unlimited = {
  bodyBytes: Number.POSITIVE_INFINITY,
  contextBytes: Number.POSITIVE_INFINITY,
  contextFiles: Number.POSITIVE_INFINITY,
};

/**
 * Unpacks a stored context into an empty folder that nobody else writes to. All that would be refused at the door is
 * refused here too.
 * @param folder has to exist.
 * @param microseconds the part of a second, below 1 000 000, in every file's time. BuildKit takes over what it was sent before where path,
 * size, mode and time are the same, so contexts that meet in one cache must differ in it; images have whole seconds.
 * @throws ContextRefused when it holds what a context may not.
 */
export async function unpackContext(
  parts: AsyncIterable<Buffer> | Iterable<Buffer>,
  folder: string,
  microseconds: number,
): Promise<void> {
  const made = new Set([folder]);
  const make = async (path: string): Promise<void> => {
    if (made.has(path)) return;
    await mkdir(path, { recursive: true, mode: 0o755 });
    made.add(path);
  };
  await readArchive(Readable.from(parts), unlimited, async (entry, content) => {
    const path = join(folder, entry.path);
    if (entry.kind === "folder") return make(path);
    await make(dirname(path));
    await write(path, entry, content);
    const time = Math.floor(entry.changedAt.getTime() / 1_000) + microseconds / 1_000_000;
    await utimes(path, time, time);
  });
}

async function write(path: string, entry: Entry, content: AsyncIterable<Buffer>): Promise<void> {
  const mode = entry.isExecutable ? 0o755 : 0o644;
  // Never through what is there already.
  await writeFile(path, content, { flag: "wx", mode });
}
