import { spawn } from "node:child_process";
import { constants } from "node:os";
import { lastLine, run } from "../setup/run.ts";
import { UserError } from "../setup/user-error.ts";

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
 * Runs a command with this process's own terminal, streams and signals, without a shell.
 * @throws UserError when it cannot be started.
 */
export function become(
  { program, env }: Pick<Pulumi, "program" | "env">,
  args: readonly string[],
  folder: string,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    let interrupted = false;
    const child = spawn(program, args, { cwd: folder, env: { ...env }, stdio: "inherit" });
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
    child.on("exit", (code, signal) => {
      forget();
      const number = signal === null ? 0 : constants.signals[signal];
      resolve({ code: code ?? 128 + number, interrupted });
    });
  });
}
