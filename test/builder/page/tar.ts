import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { extract, pack } from "tar-stream";

/** A tar of files given by name. */
export async function tarOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const tar = pack();
  for (const [name, text] of Object.entries(files)) tar.entry({ name }, text);
  tar.finalize();
  return buffer(Readable.from(tar));
}

/** The names of the files in a stored context, sorted. */
export async function filesIn(parts: readonly Buffer[]): Promise<string[]> {
  const names: string[] = [];
  const tar = extract();
  tar.end(gunzipSync(Buffer.concat(parts)));
  for await (const entry of tar) {
    if (entry.header.type === "file") names.push(entry.header.name);
    entry.resume();
  }
  return names.toSorted();
}
