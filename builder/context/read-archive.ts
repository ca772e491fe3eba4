import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { archiveForm, tellingBytes } from "./archive-form.ts";
import { type Entry, letIn } from "./entry.ts";
import { Meter } from "./meter.ts";
import { ContextRefused } from "./refused.ts";
import { Tree } from "./tree.ts";

// Reads an archive that may have been made to do harm, entry by entry, and stops at the first that is not in order.

/** What an archive may weigh. */
export interface ArchiveLimits {
  /** Bytes of the archive as it comes. */
  readonly bodyBytes: number;
  /** Bytes of all files, unpacked. */
  readonly contextBytes: number;
  /** Files and folders. */
  readonly contextFiles: number;
}

/** Archives of tar's first form too, which says less of itself; its types do not know this. */
const anyFormat = { allowUnknownFormat: true } as object;

/** What was read: how many files, and the bytes of them all. */
export interface Reading {
  readonly bytes: number;
  readonly tree: Tree;
}

/**
 * Reads a tar or tar.gz, told apart by its first bytes. `take` gets each entry once, and may leave its content alone.
 * @throws ContextRefused when the archive is damaged, too large, or holds what a context may not.
 * @throws the stream's own error when it breaks off.
 */
export async function readArchive(
  stream: AsyncIterable<Buffer>,
  limits: ArchiveLimits,
  take: (entry: Entry, content: AsyncIterable<Buffer>) => Promise<void>,
): Promise<Reading> {
  const meter = new Meter(limits);
  const tree = new Tree(limits.contextFiles);
  const archive = meter.archive(await opened(meter.body(stream)));
  const entries = extract(anyFormat);
  let fault: unknown;
  const fed = pipeline(archive, entries as unknown as Writable).catch((error) => {
    fault ??= error;
  });
  try {
    for await (const content of entries) {
      const entry = letIn(content.header);
      meter.entry(entry.size);
      if (entry.kind === "folder") tree.addFolder(entry.path);
      else tree.addFile(entry.path);
      if (entry.path !== "")
        await take(entry, content as AsyncIterable<unknown> as AsyncIterable<Buffer>);
      content.resume();
    }
  } catch (error) {
    fault ??= error;
    entries.destroy();
  }
  await fed;
  if (fault !== undefined) throw inWords(fault);
  meter.end();
  if (tree.files === 0) throw new ContextRefused("context: holds no files; pack the folder anew");
  return { bytes: meter.files, tree };
}

/** The tar in what was sent. */
async function opened(sent: AsyncGenerator<Buffer>): Promise<AsyncIterable<Buffer>> {
  let start = Buffer.alloc(0);
  while (start.length < tellingBytes) {
    const { done, value } = await sent.next();
    if (done) break;
    start = Buffer.concat([start, value]);
  }
  async function* whole() {
    yield start;
    yield* sent;
  }
  try {
    return archiveForm(start.subarray(0, tellingBytes)) === "gzip" ? gunzipped(whole()) : whole();
  } catch (error) {
    await sent.return(undefined);
    throw error;
  }
}

function gunzipped(source: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  const gunzip = createGunzip();
  // Whoever reads it hears of the fault.
  pipeline(source, gunzip).catch(() => undefined);
  return gunzip;
}

/** A fault of what was sent in words for who sent it; what is none stays what it is. */
function inWords(fault: unknown): unknown {
  const { code = "", message = "" } = fault as NodeJS.ErrnoException;
  if (code === "Z_BUF_ERROR" || message === "Unexpected end of data") {
    return new ContextRefused("context: the archive is cut off; upload it again, as a whole");
  }
  if (code.startsWith("Z_")) {
    return new ContextRefused("context: the gzip is damaged; pack it and upload it again");
  }
  if (/^(?:Invalid (?:tar )?header|Header exceeds)/.test(message)) {
    return new ContextRefused("context: the tar is damaged; pack it and upload it again");
  }
  return fault;
}
