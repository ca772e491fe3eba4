import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { downloadFile, downloadProblem, downloadText } from "./download.ts";
import type { Machine } from "./machine.ts";
import { lastLine, run } from "./run.ts";
import type { Progress } from "./thing.ts";

/** Where Pulumi keeps its releases; its own installers download from there. */
export const PULUMI_RELEASES = "https://get.pulumi.com/releases/sdk";

/**
 * Downloads a release of Pulumi's CLI with its language hosts into a folder, and checks it against the published checksum.
 * Returns the reason if that does not work; a machine without a way there is expected, and has another way.
 */
export async function downloadPulumi(
  version: string,
  folder: string,
  machine: Machine,
  progress: Progress,
  signal: AbortSignal,
  releases: string,
): Promise<string | undefined> {
  const name = archiveName(version, machine);
  if (name === undefined) return `there is no release for ${machine.platform} on ${machine.arch}`;
  const archive = join(folder, name);
  const unpacked = join(folder, "unpacked");
  try {
    progress("downloading");
    const checksums = await downloadText(`${releases}/pulumi-${version}-checksums.txt`, signal);
    const digest = await downloadFile(`${releases}/${name}`, archive, progress, signal);
    const published = checksums.split("\n").find((line) => line.trim().endsWith(` ${name}`));
    if (published?.split(" ")[0] !== digest) return `${name} does not have its published checksum`;
    cpSync(await unpack(archive, unpacked), folder, { recursive: true });
    return undefined;
  } catch (error) {
    return downloadProblem(error);
  } finally {
    rmSync(archive, { force: true });
    rmSync(unpacked, { recursive: true, force: true });
  }
}

/** The name of a release's archive, as Pulumi names them. */
export function archiveName(version: string, machine: Machine): string | undefined {
  const systems: Partial<Record<NodeJS.Platform, string>> = {
    linux: "linux",
    darwin: "darwin",
    win32: "windows",
  };
  const system = systems[machine.platform];
  if (system === undefined || !["x64", "arm64"].includes(machine.arch)) return undefined;
  const ending = system === "windows" ? "zip" : "tar.gz";
  return `pulumi-v${version}-${system}-${machine.arch}.${ending}`;
}

/** Unpacks with tar, which Windows has too and which reads zip files there; returns the folder with the executables. */
async function unpack(archive: string, into: string): Promise<string> {
  mkdirSync(into);
  const { code, stderr } = await run("tar", ["-xf", archive, "-C", into]);
  if (code !== 0) throw new Error(`tar cannot unpack it: ${lastLine(stderr)}`);
  const top = join(into, readdirSync(into)[0] ?? "");
  return existsSync(join(top, "bin")) ? join(top, "bin") : top;
}
