import { existsSync } from "node:fs";
import { join } from "node:path";
import { installPackages, isDebianRoot } from "./debian.ts";
import { type Machine, thisMachine } from "./machine.ts";
import type { Thing } from "./thing.ts";
import { UserError } from "./user-error.ts";
import { which } from "./which.ts";

/** As distributions and Google name the browser. */
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/** Where macOS keeps applications, which are not on PATH. */
const MAC = [
  "Google Chrome.app/Contents/MacOS/Google Chrome",
  "Chromium.app/Contents/MacOS/Chromium",
];

/** Chromium's package, and letters for machines that have none. */
const PACKAGES = ["chromium", "fonts-dejavu-core"];

/**
 * Chromium, or Chrome, as the program that starts it: what is there, else Debian's package. Undefined where neither is to be had:
 * then pages are not tried in a browser, which is said.
 */
export function chromium(machine: Machine = thisMachine()): Thing<string | undefined> {
  return {
    title: "Chromium",
    async find() {
      const program = findBrowser(machine);
      return program === undefined ? undefined : { text: program, value: program };
    },
    async bring(progress, signal) {
      if (!isDebianRoot(machine)) return missing("no browser on PATH; install Chromium or Chrome");
      try {
        await installPackages(PACKAGES, "chromium", machine, progress, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof UserError) return missing(error.message);
        throw error;
      }
      const program = findBrowser(machine);
      if (program === undefined) return missing("Debian's package brought no browser on PATH");
      return { text: `${program}, installed from Debian's packages`, value: program };
    },
  };
}

/** The program of Chromium or Chrome on this machine. */
export function findBrowser(machine: Machine): string | undefined {
  for (const name of NAMES) {
    const found = which(name, machine);
    if (found !== undefined) return found;
  }
  if (machine.platform !== "darwin") return undefined;
  return [join(machine.home, "Applications"), "/Applications"]
    .flatMap((folder) => MAC.map((path) => join(folder, path)))
    .find((path) => existsSync(path));
}

function missing(why: string): { text: string; value: undefined } {
  return { text: `not to be had: ${why}`, value: undefined };
}
