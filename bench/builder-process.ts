import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { lastLine } from "../setup/run.ts";
import { UserError } from "../setup/user-error.ts";

const root = join(import.meta.dirname, "..");
const patience = 120_000;

/** A Node.js program that answers requests. */
export interface Program {
  /** Below the checkout: `builder/start.ts`. */
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Asked until the answer is good. */
  readonly ready: string;
  /** Takes away what it leaves behind on purpose, once it has ended. */
  readonly clear?: () => Promise<void>;
}

/** Starts programs, does `work` once all of them are ready, and ends them in good order, whatever came of it. */
export async function withPrograms<T>(
  programs: readonly Program[],
  work: () => Promise<T>,
): Promise<T> {
  const running = programs.map(start);
  try {
    for (const one of running) await one.untilReady();
    return await work();
  } finally {
    for (const one of running.reverse()) await one.stop();
    for (const { clear } of programs) await clear?.();
  }
}

function start({ file, args, env, ready }: Program) {
  let said = "";
  const child = spawn(process.execPath, [join(root, file), ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const hear = (chunk: Buffer): void => {
    said = `${said}${chunk}`.slice(-4_000);
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const ended = once(child, "exit");
  return {
    async untilReady(): Promise<void> {
      const deadline = performance.now() + patience;
      while (!(await isGood(ready))) {
        if (child.exitCode !== null || performance.now() > deadline) {
          throw new UserError(
            `benchmark: ${file} ${args[0] ?? ""} does not answer at ${ready} (${lastLine(said)}); see whether npm run builder works`,
          );
        }
        await pause(50);
      }
    },
    async stop(): Promise<void> {
      child.kill("SIGTERM");
      await ended;
    },
  };
}

async function isGood(url: string): Promise<boolean> {
  const answer = await fetch(url).catch(() => undefined);
  return answer?.ok === true;
}
