import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { downloadFile, downloadProblem, downloadText, publishedDigest } from "./download.ts";
import { installFolder } from "./install-folder.ts";
import type { Machine } from "./machine.ts";
import { lastLine, run } from "./run.ts";
import type { Progress } from "./thing.ts";

const VERSION = "3.12.11";
const RELEASE = "20250612";

/** Where the builds of Python are published that uv and others install. */
const RELEASES = "https://github.com/astral-sh/python-build-standalone/releases/download";

/** Downloads a Python 3.12 into the user's cache, checked against its published checksum, unless it is there already. */
export async function downloadPython(
  machine: Machine,
  progress: Progress,
  signal: AbortSignal,
  releases: string = RELEASES,
): Promise<{ executable: string } | { problem: string }> {
  const folder = join(machine.cache, `python-${VERSION}`);
  const executable = join(folder, machine.platform === "win32" ? "python.exe" : "bin/python3.12");
  if (existsSync(executable)) return { executable };
  const name = archiveName(machine);
  if (name === undefined) {
    return { problem: `there is no build for ${machine.platform} on ${machine.arch}` };
  }
  try {
    await installFolder(
      folder,
      (draft) => fill(draft, `${releases}/${RELEASE}`, name, progress, signal),
      progress,
    );
    return { executable };
  } catch (error) {
    return { problem: downloadProblem(error) };
  }
}

async function fill(
  draft: string,
  release: string,
  name: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const archive = join(draft, "archive.tar.gz");
  const checksums = await downloadText(`${release}/SHA256SUMS`, signal);
  const digest = await downloadFile(
    `${release}/${encodeURIComponent(name)}`,
    archive,
    progress,
    signal,
  );
  if (publishedDigest(checksums, ` ${name}`) !== digest) {
    throw new Error(`${name} does not have its published checksum`);
  }
  const unpacked = join(draft, "unpacked");
  mkdirSync(unpacked);
  const { code, stderr } = await run("tar", [
    "-xf",
    archive,
    "-C",
    unpacked,
    "--strip-components=1",
  ]);
  if (code !== 0) throw new Error(`tar cannot unpack it: ${lastLine(stderr)}`);
  rmSync(archive);
  moveUp(unpacked, draft);
}

function moveUp(from: string, to: string): void {
  for (const name of readdirSync(from)) renameSync(join(from, name), join(to, name));
  rmSync(from, { recursive: true });
}

/** The name of a build, as its makers name them. */
function archiveName({ platform, arch }: Machine): string | undefined {
  const systems: Partial<Record<NodeJS.Platform, string>> = {
    linux: "unknown-linux-gnu",
    darwin: "apple-darwin",
    win32: "pc-windows-msvc",
  };
  const machines: Record<string, string> = { x64: "x86_64", arm64: "aarch64" };
  const system = systems[platform];
  const processor = machines[arch];
  if (!system || !processor) return undefined;
  return `cpython-${VERSION}+${RELEASE}-${processor}-${system}-install_only.tar.gz`;
}
