import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { downloadFile, downloadProblem, downloadText, publishedDigest } from "./download.ts";
import { findGo, goBuild } from "./go-build.ts";
import { installFolder } from "./install-folder.ts";
import { type Machine, thisMachine } from "./machine.ts";
import { run } from "./run.ts";
import type { Progress, Thing } from "./thing.ts";
import { UserError } from "./user-error.ts";
import { which } from "./which.ts";

/**
 * The version that is brought; `setup/go/compose/go.mod` names the same. It still talks to engines as old as 20.10, and builds
 * there without the buildx plugin.
 */
export const COMPOSE_VERSION = "5.0.2";

const RELEASES = `https://github.com/docker/compose/releases/download/v${COMPOSE_VERSION}`;

const MAIN = "github.com/docker/compose/v5/cmd";

/** The program and its first arguments, e.g. `docker compose`. */
export type Compose = readonly [program: string, ...args: string[]];

/**
 * Docker Compose, version 2 or newer, as the command that runs it: the docker CLI's plugin, else a `docker-compose` on PATH, else
 * downloaded, else built from its Go module.
 */
export function compose(
  machine: Machine = thisMachine(),
  releases: string = RELEASES,
): Thing<Compose> {
  const folder = join(machine.cache, `compose-${COMPOSE_VERSION}`);
  const executable = machine.platform === "win32" ? "docker-compose.exe" : "docker-compose";
  const brought: Compose = [join(folder, executable)];
  return {
    title: "Docker Compose",
    async find() {
      const installed = await findInstalled(machine);
      if (installed !== undefined) return installed;
      return existsSync(brought[0]) ? { text: COMPOSE_VERSION, value: brought } : undefined;
    },
    async bring(progress, signal) {
      const how = await installFolder(
        folder,
        (draft) => fill(join(draft, executable), releases, machine, progress, signal),
        progress,
      );
      return {
        text: `${COMPOSE_VERSION}, ${how ?? "brought by another process"}`,
        value: brought,
      };
    },
  };
}

async function findInstalled(
  machine: Machine,
): Promise<{ text: string; value: Compose } | undefined> {
  const docker = which("docker", machine);
  const program = which("docker-compose", machine);
  const candidates: Compose[] = [];
  if (docker !== undefined) candidates.push([docker, "compose"]);
  if (program !== undefined) candidates.push([program]);
  for (const candidate of candidates) {
    const [command, ...args] = candidate;
    const { env } = machine;
    const { code, stdout } = await run(command, [...args, "version", "--short"], { env });
    const version = stdout.trim().replace(/^v/, "");
    if (code === 0 && Number.parseInt(version, 10) >= 2) return { text: version, value: candidate };
  }
  return undefined;
}

async function fill(
  output: string,
  releases: string,
  machine: Machine,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const unreachable = await download(output, releases, machine, progress, signal);
  if (unreachable === undefined) return "downloaded";
  const go = findGo(machine);
  const program = {
    module: "compose",
    main: MAIN,
    linkerFlags: `-s -w -X github.com/docker/compose/v5/internal.Version=v${COMPOSE_VERSION}`,
  };
  const failed =
    go === undefined
      ? "there is no Go to build it with"
      : await goBuild(go, program, output, machine, progress, signal);
  if (failed === undefined) return "built from source";
  signal.throwIfAborted();
  throw new UserError(
    `compose: it cannot be downloaded (${unreachable}) and not be built (${failed}); ` +
      "install it as https://docs.docker.com/compose/install/ says",
  );
}

/** Downloads the program, which is published as it is. Returns the reason if that does not work. */
async function download(
  output: string,
  releases: string,
  machine: Machine,
  progress: Progress,
  signal: AbortSignal,
): Promise<string | undefined> {
  const name = programName(machine);
  try {
    progress("downloading");
    const list = await downloadText(`${releases}/checksums.txt`, signal);
    // The star marks a file that was read as it is, byte by byte.
    const published = publishedDigest(list, ` *${name}`);
    const digest = await downloadFile(`${releases}/${name}`, output, progress, signal);
    if (published !== digest) return `${name} does not have its published checksum`;
    chmodSync(output, 0o755);
    return undefined;
  } catch (error) {
    return downloadProblem(error);
  }
}

/** The name of a release's program, as its build names them; there is none for some machines, which the download then says. */
function programName({ platform, arch }: Machine): string {
  const architectures: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };
  const system = platform === "win32" ? "windows" : platform;
  const ending = system === "windows" ? ".exe" : "";
  return `docker-compose-${system}-${architectures[arch] ?? arch}${ending}`;
}
