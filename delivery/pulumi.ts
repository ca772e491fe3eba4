import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import type { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { lastLine, run } from "../setup/run.ts";
import { UserError } from "../setup/user-error.ts";
import { lockWords } from "./turn/lock-words.ts";

/** Pulumi's CLI, ready to be called. */
export interface Pulumi {
  /** A name on the environment's PATH, or a path. */
  readonly program: string;
  /** Where it is called: in the project, or below it. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** How a command that had the terminal to itself ended. */
export interface Ended {
  /** Its own exit code; 128 and the signal's number where a signal ended it. */
  readonly code: number;
  /** Whether the user gave up while it ran. */
  readonly interrupted: boolean;
  /** What Pulumi said where it changed nothing because another update has the stack locked. */
  readonly locked?: string;
  /** Whether another update came to its end before this one began, so that it may begin again. */
  readonly overtaken?: boolean;
}

/** Whether an update was begun and failed. */
export function hasFailed({ code, locked }: Ended): boolean {
  return code !== 0 && locked === undefined;
}

/** A `pulumi up` that is to be run. */
export interface UpCall {
  /** Behind the program. */
  readonly args: readonly string[];
  readonly env: Pulumi["env"];
  readonly folder: string;
  /** Whether Pulumi asks somebody before it goes ahead. */
  readonly asks: boolean;
}

/** Pulumi's answer to a question, or undefined when there is no such stack. The answer may hold secrets: never print it. */
export async function askIfThere(
  { program, folder, env }: Pulumi,
  args: readonly string[],
): Promise<string | undefined> {
  const { code, stdout, stderr } = await run(program, args, {
    cwd: folder,
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  if (code === 0) return stdout;
  if (/no stack named .* found/.test(stderr)) return undefined;
  throw new UserError(
    `pulumi ${args.join(" ")}: ${lastLine(stderr).replace(/^error: /, "")}; it has to work by itself first`,
  );
}

/**
 * Runs a command with this process's own terminal, streams and signals, without a shell. Its standard error is listened to:
 * that a stack is locked is returned, not shown.
 * @throws UserError when it cannot be started.
 */
export function become(
  { program, env }: Pick<Pulumi, "program" | "env">,
  args: readonly string[],
  folder: string,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    let interrupted = false;
    const stdio = ["inherit", "inherit", "pipe"] as const;
    const child = spawn(program, args, { cwd: folder, env: { ...env }, stdio: [...stdio] });
    const complaint = listenTo(child.stderr);
    // A terminal's Ctrl-C reaches the child as well, and a second one would make Pulumi drop everything in the middle.
    const hear = (signal: NodeJS.Signals): void => {
      interrupted = true;
      if (signal !== "SIGINT") child.kill(signal);
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
    for (const signal of signals) process.on(signal, hear);
    const forget = (): void => {
      for (const signal of signals) process.off(signal, hear);
    };
    child.on("error", (error) => {
      forget();
      reject(new UserError(`${program}: cannot be started (${error.message}); install it`));
    });
    child.on("exit", async (exit, signal) => {
      const code = exit ?? 128 + (signal === null ? 0 : constants.signals[signal]);
      const locked = await complaint();
      forget();
      resolve({ code, interrupted, ...(locked !== undefined && code !== 0 && { locked }) });
    });
  });
}

/** Passes a stream on to standard error, but for what it says of a lock, which is there when it has ended. */
function listenTo(stream: Readable | null): () => Promise<string | undefined> {
  let locked: string | undefined;
  const ended = stream === null ? undefined : once(stream, "close");
  stream?.setEncoding("utf8").on("data", (text: string) => {
    const words = lockWords(text);
    if (words !== undefined) locked = `${locked ?? ""}${words}`;
    process.stderr.write(words === undefined ? text : text.slice(0, -words.length));
  });
  return async () => {
    // What the command has started may outlive it and hold its streams open.
    await Promise.race([ended, pause(1_000, undefined, { ref: false })]);
    stream?.destroy();
    return locked;
  };
}
