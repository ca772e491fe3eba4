import { randomUUID } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * The name by which a worker's containers, volumes and network are known in the engine. It holds a mark of the worker's folder:
 * services that know nothing of each other may have workers of one name on one engine.
 * @param folder what the service keeps on disk.
 */
export async function engineName(folder: string, worker: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, "engine-mark");
  await writeFile(file, randomUUID().slice(0, 8), { flag: "wx" }).catch(unlessThere);
  return `${worker}-${await readFile(file, "utf8")}`;
}

function unlessThere(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
