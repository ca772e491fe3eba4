import { join } from "node:path";
import type { Machine } from "./machine.ts";
import { lastLine, run } from "./run.ts";
import type { Progress } from "./thing.ts";
import { which } from "./which.ts";

/** A program built from Go modules, pinned by the go.mod and go.sum of a folder of its own. */
export interface GoProgram {
  /** The folder under `setup/go/`. */
  readonly module: string;
  /** The import path of the program. */
  readonly main: string;
  /** `-ldflags`, e.g. to set its version. */
  readonly linkerFlags: string;
  readonly tags?: string;
}

/** The Go command of this machine, if it has one. */
export function findGo(machine: Machine): string | undefined {
  return which("go", machine);
}

/** Builds a Go program into a file. Returns the reason if it fails. */
export async function goBuild(
  go: string,
  program: GoProgram,
  output: string,
  machine: Machine,
  progress: Progress,
  signal?: AbortSignal,
): Promise<string | undefined> {
  let downloaded = 0;
  let compiled = 0;
  const ended = await run(
    go,
    [
      "build",
      "-v",
      "-trimpath",
      "-buildvcs=false",
      "-mod=readonly",
      ...(program.tags ? ["-tags", program.tags] : []),
      "-ldflags",
      program.linkerFlags,
      "-o",
      output,
      program.main,
    ],
    {
      cwd: join(machine.checkout, "setup", "go", program.module),
      env: { ...machine.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "" },
      signal,
      onLine(line) {
        if (line.startsWith("go: downloading")) downloaded += 1;
        else compiled += 1;
        progress(
          compiled > 0
            ? `building from source, ${compiled} packages compiled`
            : `building from source, ${downloaded} modules downloaded`,
        );
      },
    },
  );
  return ended.code === 0 ? undefined : lastLine(ended.stderr);
}
