import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The checkout that is delivered. */
export const checkout = join(import.meta.dirname, "..");

/** The folder, ignored by git, in which the clouds of this checkout's rehearsals remember what was made there. */
export const cloudFolder = join(checkout, ".slipway", "cloud");

/** Why a stack is run on this machine: `start` is the delivery of `npm start`, `rehearse` a rehearsal beside it. */
export type Purpose = "start" | "rehearse";

/** The folder, ignored by git, in which one stack is run for one purpose: its state, its stack file, its lock. */
export interface Workplace {
  readonly stack: string;
  readonly purpose: Purpose;
  readonly folder: string;
  /** The stack file that the run uses: a copy, so that the checkout stays as it is. */
  readonly stackFile: string;
  /** Pulumi's state; each workplace has one of its own, so that real plugins and stand-ins never share one. */
  readonly backend: string;
  /** Pulumi's home: which stack is selected is nobody's business outside, the downloaded plugins are shared. */
  readonly pulumiHome: string;
  readonly lock: string;
  /** Made before an update and taken away after a good one; found by the next run, it says that the last did not end well. */
  readonly unfinished: string;
  /** Which providers made the state. */
  readonly provider: string;
}

/** The workplace of a stack; its folders are made if they are not there. */
export function workplaceOf(purpose: Purpose, stack: string): Workplace {
  const folder = join(checkout, ".slipway", purpose, stack);
  const backend = join(folder, "state");
  const pulumiHome = join(checkout, ".slipway", "pulumi-home");
  mkdirSync(backend, { recursive: true });
  mkdirSync(pulumiHome, { recursive: true });
  sharePlugins(pulumiHome);
  return {
    stack,
    purpose,
    folder,
    backend,
    pulumiHome,
    stackFile: join(folder, `Pulumi.${stack}.yaml`),
    lock: join(folder, "lock"),
    unfinished: join(folder, "unfinished"),
    provider: join(folder, "provider"),
  };
}

/** The stacks that were ever run for a purpose. */
export function stacksOf(purpose: Purpose): string[] {
  const folder = join(checkout, ".slipway", purpose);
  return existsSync(folder) ? readdirSync(folder) : [];
}

/** Whether a stack was ever run there. */
export function hasState(place: Workplace): boolean {
  return existsSync(stateOf(place));
}

/** Whether something stands there: after it was taken down, a stack has a state without resources. */
export function isStanding(place: Workplace): boolean {
  if (!hasState(place)) return false;
  try {
    const { checkpoint } = JSON.parse(readFileSync(stateOf(place), "utf8")) as {
      checkpoint: { latest?: { resources?: unknown[] } | null };
    };
    return (checkpoint.latest?.resources ?? []).length > 0;
  } catch (error) {
    // Half written: somebody is at work on it.
    if (error instanceof SyntaxError) return true;
    throw error;
  }
}

/** Where Pulumi keeps the state of a workplace's stack. */
export function stateOf({ backend, stack }: Pick<Workplace, "backend" | "stack">): string {
  return join(backend, ".pulumi", "stacks", "slipway", `${stack}.json`);
}

function sharePlugins(pulumiHome: string): void {
  const shared = join(process.env.PULUMI_HOME ?? join(homedir(), ".pulumi"), "plugins");
  const here = join(pulumiHome, "plugins");
  mkdirSync(shared, { recursive: true });
  // A junction is the link to a folder that Windows allows without special rights; elsewhere it is a symbolic link.
  if (!existsSync(here)) symlinkSync(shared, here, "junction");
}
