import { existsSync } from "node:fs";
import { join } from "node:path";
import { downloadArchive } from "./download-archive.ts";
import { findGo, goBuild } from "./go-build.ts";
import { installFolder } from "./install-folder.ts";
import { type Machine, thisMachine } from "./machine.ts";
import type { Progress, Thing } from "./thing.ts";

/** The version that is brought; `setup/go/actionlint/go.mod` names the same. */
export const ACTIONLINT_VERSION = "1.7.12";

const RELEASES = `https://github.com/rhysd/actionlint/releases/download/v${ACTIONLINT_VERSION}`;

const MAIN = "github.com/rhysd/actionlint/cmd/actionlint";

/**
 * actionlint as the folder it is in: downloaded, else built from its Go module. Undefined where neither works: then there is
 * nothing to check workflows with, which is said, and for a pipeline alone is an error.
 */
export function actionlint(
  machine: Machine = thisMachine(),
  releases: string = RELEASES,
): Thing<string | undefined> {
  const folder = join(machine.cache, `actionlint-${ACTIONLINT_VERSION}`);
  const executable = machine.platform === "win32" ? "actionlint.exe" : "actionlint";
  return {
    title: "actionlint",
    async find() {
      return existsSync(join(folder, executable))
        ? { text: ACTIONLINT_VERSION, value: folder }
        : undefined;
    },
    async bring(progress, signal) {
      try {
        const how = await installFolder(
          folder,
          (draft) => fill(draft, executable, releases, machine, progress, signal),
          progress,
        );
        return {
          text: `${ACTIONLINT_VERSION}, ${how ?? "brought by another process"}`,
          value: folder,
        };
      } catch (error) {
        if (!(error instanceof OutOfReach)) throw error;
        return { text: `not to be had: ${error.message}`, value: undefined };
      }
    },
  };
}

/** Neither way works; the message says why. */
class OutOfReach extends Error {}

async function fill(
  draft: string,
  executable: string,
  releases: string,
  machine: Machine,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const name = archiveName(machine);
  const archive = {
    from: releases,
    name,
    checksums: `actionlint_${ACTIONLINT_VERSION}_checksums.txt`,
  };
  const unreachable = await downloadArchive(archive, draft, progress, signal);
  if (unreachable === undefined) return "downloaded";
  const go = findGo(machine);
  const program = {
    module: "actionlint",
    main: MAIN,
    linkerFlags: `-s -w -X github.com/rhysd/actionlint.version=${ACTIONLINT_VERSION}`,
  };
  const failed =
    go === undefined
      ? "there is no Go to build it with"
      : await goBuild(go, program, join(draft, executable), machine, progress, signal);
  if (failed === undefined) return "built from source";
  signal.throwIfAborted();
  throw new OutOfReach(`it cannot be downloaded (${unreachable}) and not be built (${failed})`);
}

/** The name of a release's archive, as its build names them; there is none for some machines, which the download then says. */
function archiveName({ platform, arch }: Machine): string {
  const system = platform === "win32" ? "windows" : platform;
  const ending = system === "windows" ? "zip" : "tar.gz";
  return `actionlint_${ACTIONLINT_VERSION}_${system}_${arch === "x64" ? "amd64" : arch}.${ending}`;
}
