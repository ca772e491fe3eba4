import { readdirSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import type { Machine } from "./machine.ts";
import { run } from "./run.ts";
import { whichAll } from "./which.ts";

/** A CPython 3.12 installed on this machine. */
export interface Python {
  readonly executable: string;
  /** The folder it is installed under, e.g. `/usr/local`. */
  readonly prefix: string;
}

const SAY_PREFIX = "import sys; assert sys.version_info[:2] == (3, 12); print(sys.base_prefix)";

/** A Python 3.12 of pyenv, else on PATH. */
export async function findPython(machine: Machine): Promise<Python | undefined> {
  for (const executable of [...pyenvPythons(machine), ...pathPythons(machine)]) {
    const { code, stdout } = await run(executable, ["-I", "-c", SAY_PREFIX], { timeout: 20_000 });
    if (code === 0) return { executable, prefix: stdout.trim() };
  }
  return undefined;
}

/** pyenv's folder is looked for in the account's home as well, because HOME may point elsewhere. */
function pyenvPythons(machine: Machine): string[] {
  const roots = [
    machine.env.PYENV_ROOT,
    join(machine.home, ".pyenv"),
    join(userInfo().homedir, ".pyenv"),
  ];
  return [...new Set(roots)].flatMap((root) => {
    if (!root) return [];
    const versions = join(root, "versions");
    try {
      return readdirSync(versions)
        .filter((name) => /^3\.12\.\d+$/.test(name))
        .map((name) => join(versions, name, "bin", "python3.12"));
    } catch {
      return [];
    }
  });
}

function pathPythons(machine: Machine): string[] {
  return ["python3.12", "python3", "python"].flatMap((name) => whichAll(name, machine));
}
