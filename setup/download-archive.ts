import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { downloadFile, downloadProblem, downloadText, publishedDigest } from "./download.ts";
import { lastLine, run } from "./run.ts";
import type { Progress } from "./thing.ts";

/** An archive of programs and the list of checksums that is published beside it, both in the same folder of a host. */
export interface Archive {
  /** The URL of the folder. */
  readonly from: string;
  readonly name: string;
  /** The file with lines of a SHA-256 in hex, spaces and an archive's name. */
  readonly checksums: string;
  /** Reads the archive's SHA-256 where that file is written in another way. */
  digest?(checksums: string): string | undefined;
}

/**
 * Downloads an archive, checks it against its published checksum and unpacks it into a folder. Returns the reason if that does
 * not work; a machine without a way there is expected, and has another way.
 */
export async function downloadArchive(
  { from, name, checksums, digest: readDigest }: Archive,
  folder: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<string | undefined> {
  const archive = join(folder, name);
  const unpacked = join(folder, "unpacked");
  try {
    progress("downloading");
    const list = await downloadText(`${from}/${checksums}`, signal);
    const published = readDigest?.(list) ?? publishedDigest(list, ` ${name}`);
    const digest = await downloadFile(`${from}/${name}`, archive, progress, signal);
    if (published !== digest) return `${name} does not have its published checksum`;
    cpSync(await unpack(archive, unpacked), folder, { recursive: true });
    return undefined;
  } catch (error) {
    return downloadProblem(error);
  } finally {
    rmSync(archive, { force: true });
    rmSync(unpacked, { recursive: true, force: true });
  }
}

/** Unpacks with tar, which Windows has too and which reads zip files there; returns the folder with the executables. */
async function unpack(archive: string, into: string): Promise<string> {
  mkdirSync(into);
  const { code, stderr } = await run("tar", ["-xf", archive, "-C", into]);
  if (code !== 0) throw new Error(`tar cannot unpack it: ${lastLine(stderr)}`);
  const names = readdirSync(into);
  // Some archives hold everything in one folder.
  const top = names.length === 1 ? join(into, names[0] ?? "") : into;
  return existsSync(join(top, "bin")) ? join(top, "bin") : top;
}
