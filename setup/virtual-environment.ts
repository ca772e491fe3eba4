import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "./lock.mjs";
import type { Machine } from "./machine.ts";
import { findPython } from "./python.ts";
import { downloadPython } from "./python-download.ts";
import { lastLine, run } from "./run.ts";
import type { Progress, Thing } from "./thing.ts";
import { UserError } from "./user-error.ts";

/** A set of Python tools with pinned versions. */
export interface PythonPackages {
  /** What it is called in the story and, in small letters, in errors, e.g. `Python tools`. */
  readonly title: string;
  /** The tools that people know, for the story. */
  readonly text: string;
  /** The start of its folder's name. */
  readonly name: string;
  /** The requirements file to install, relative to the checkout. */
  readonly requirements: string;
  /** The files it includes, which count for its fingerprint as well. Default: none. */
  readonly includes?: readonly string[];
  /** Packages with versions beside those of the file. Default: none. */
  readonly packages?: readonly string[];
}

/**
 * Python tools as the folder of their commands: a virtual environment with Python 3.12, in the cache, where every checkout with
 * the same requirements finds it. It counts only when it is whole: an environment holds its own path, so it is not made
 * elsewhere and renamed, but marked when it is done.
 */
export function virtualEnvironment(wanted: PythonPackages, machine: Machine): Thing<string> {
  const folder = join(machine.cache, `${wanted.name}-${fingerprint(wanted, machine)}`);
  const commands = join(folder, machine.platform === "win32" ? "Scripts" : "bin");
  const whole = join(folder, "whole");
  const isWhole = (): boolean =>
    existsSync(whole) &&
    existsSync(join(commands, machine.platform === "win32" ? "python.exe" : "python"));
  return {
    title: wanted.title,
    async find() {
      return isWhole() ? { text: wanted.text, value: commands } : undefined;
    },
    async bring(progress, signal) {
      return withLock(
        `${folder}.lock`,
        async () => {
          if (!isWhole()) {
            rmSync(folder, { recursive: true, force: true });
            await make(folder, commands, wanted, machine, progress, signal);
            writeFileSync(whole, "");
          }
          return { text: "installed from the package index", value: commands };
        },
        (holder) => progress(`process ${holder.pid} is making them since ${holder.since}; waiting`),
      );
    },
  };
}

function fingerprint(
  { requirements, includes = [], packages = [] }: PythonPackages,
  machine: Machine,
): string {
  const hash = createHash("sha256").update(packages.join(" "));
  for (const file of [requirements, ...includes]) {
    hash.update(readFileSync(join(machine.checkout, file)));
  }
  return hash.digest("hex").slice(0, 12);
}

async function make(
  folder: string,
  commands: string,
  { title, requirements, packages = [] }: PythonPackages,
  machine: Machine,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const where = title.toLowerCase();
  const env = { ...machine.env, PIP_DISABLE_PIP_VERSION_CHECK: "1", PYTHONHOME: undefined };
  const must = async (command: string, ...args: string[]): Promise<void> => {
    const { code, stderr } = await run(command, args, {
      cwd: machine.checkout,
      env,
      signal,
      onLine: (line) => progress(line.trim().slice(0, 80)),
    });
    if (code === 0) return;
    throw new UserError(
      `${where}: ${command} ${args[0]} ${args[1]} failed (${lastLine(stderr)}); ` +
        "mend what it names, or the way to the package index",
    );
  };
  progress("looking for Python 3.12");
  const python = await pythonExecutable(where, machine, progress, signal);
  mkdirSync(machine.cache, { recursive: true });
  await must(python, "-m", "venv", folder);
  await must(join(commands, "python"), "-m", "pip", "install", "-r", requirements, ...packages);
}

async function pythonExecutable(
  where: string,
  machine: Machine,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const found = await findPython(machine);
  if (found !== undefined) return found.executable;
  const downloaded = await downloadPython(machine, progress, signal);
  if ("executable" in downloaded) return downloaded.executable;
  throw new UserError(
    `${where}: there is no Python 3.12 on PATH, and it cannot be downloaded (${downloaded.problem}); ` +
      "install Python 3.12 so that python3.12 runs it",
  );
}
