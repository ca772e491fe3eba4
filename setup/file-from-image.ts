import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { type Extract, extract } from "tar-stream";
import { openEngine } from "./open-engine.ts";

/**
 * Copies a program out of an image in the engine, by way of a container that is never started.
 * @param places paths in the image, of which the first that there is counts.
 * @throws when the image has none of them.
 */
export async function copyFromImage(
  host: string,
  image: string,
  places: readonly string[],
  file: string,
): Promise<void> {
  const container = await openEngine(host).createContainer({
    Image: image,
    Entrypoint: ["none"],
    Labels: { "slipway.image": "opened" },
  });
  try {
    for (const path of places) {
      const archive = await container.getArchive({ path }).catch(unlessAbsent);
      if (archive !== undefined) return await writeOnlyFile(archive, file);
    }
    throw new Error(`${image} has none of ${places.join(", ")}`);
  } finally {
    await container.remove({ force: true, v: true });
  }
}

function unlessAbsent(error: { statusCode?: number }): undefined {
  if (error.statusCode !== 404) throw error;
}

async function writeOnlyFile(archive: NodeJS.ReadableStream, file: string): Promise<void> {
  const entries = extract();
  // Together, so that an archive that breaks off fails this, wherever that is noticed first.
  await Promise.all([writeFiles(entries, file), pipeline(archive, entries)]);
}

async function writeFiles(entries: Extract, file: string): Promise<void> {
  for await (const entry of entries) {
    if (entry.header.type === "file")
      await pipeline(entry, createWriteStream(file, { mode: 0o755 }));
    else entry.resume();
  }
}
