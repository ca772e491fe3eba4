import { spawn } from "node:child_process";
import type { Ran } from "../../setup/run.ts";
import { until } from "./until.ts";

/** A command that runs in a process group of its own, as a shell on a terminal would start it. */
export interface Launched {
  readonly pid: number;
  /** How it ended. */
  readonly ended: Promise<Ran>;
  /** How it ended, with all that it said. One that takes longer is killed, and what it had said is in the error. */
  endedWithin(seconds: number): Promise<Ran>;
  /** Waits until nothing of the group is left. */
  gone(): Promise<void>;
  /** Waits until its standard error has a match. */
  said(pattern: RegExp): Promise<void>;
  /** Sends a signal to the whole group, as Ctrl-C does; a group that has ended is left alone. */
  signal(name: NodeJS.Signals): void;
}

/** Starts a command without a shell and without input. */
export function launch(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
): Launched {
  let stdout = "";
  let stderr = "";
  const child = spawn(command, args, {
    ...options,
    env: { ...options.env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  let hasEnded = false;
  const ended = new Promise<Ran>((resolve, reject) => {
    child.on("error", reject);
    // Not "close": what a killed command has started may outlive it for a moment and holds the pipes open.
    child.on("exit", (code) => {
      hasEnded = true;
      setImmediate(() => resolve({ code: code ?? undefined, stdout, stderr }));
    });
  });
  const closed = new Promise<number | null>((resolve) => child.on("close", resolve));
  const pid = child.pid ?? 0;
  return {
    pid,
    ended,
    async endedWithin(seconds) {
      const late = Promise.withResolvers<never>();
      const clock = setTimeout(() => {
        signalGroup(pid, "SIGKILL");
        const words = `${stdout}${stderr}`.slice(-4_000);
        late.reject(new Error(`not within ${seconds} s: ${args.join(" ")}, which said\n${words}`));
      }, seconds * 1_000);
      try {
        const code = await Promise.race([closed, late.promise]);
        return { code: code ?? undefined, stdout, stderr };
      } finally {
        clearTimeout(clock);
      }
    },
    async said(pattern) {
      await until(`${pattern} in\n${stderr}`, () => {
        if (hasEnded && !pattern.test(stderr))
          throw new Error(`ended without ${pattern}:\n${stderr}`);
        return pattern.test(stderr);
      });
    },
    async gone() {
      await until(`the end of the process group ${pid}`, () => !signalGroup(pid, 0));
    },
    signal: (name) => void signalGroup(pid, name),
  };
}

/** Whether there was still anybody to hear it. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
    throw error;
  }
}
