import { downloadArchive } from "./download-archive.ts";
import type { Machine } from "./machine.ts";
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
  const archive = { from: releases, name, checksums: `pulumi-${version}-checksums.txt` };
  return downloadArchive(archive, folder, progress, signal);
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
