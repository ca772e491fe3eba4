import { spawn } from "node:child_process";

/** How a command ended. */
export interface Ran {
  /** The exit code; undefined if it could not be started, was stopped by a signal or took too long. */
  readonly code: number | undefined;
  readonly stdout: string;
  /** Standard error, or why the command could not be started. */
  readonly stderr: string;
}

/** How to run a command. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds after which the command is stopped. Default: none. */
  readonly timeout?: number;
  /** Stops the command when the work it is part of has been given up. */
  readonly signal?: AbortSignal | undefined;
  /** Hears each line of both streams as it comes. */
  readonly onLine?: (line: string) => void;
}

/** Runs a command to its end without a shell and without input. Never rejects: what went wrong is in the result. */
export function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ran> {
  return new Promise((resolve) => {
    let stdout = "";
    let stderr = "";
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      cwd: options.cwd,
      env: { ...(options.env ?? process.env) },
      timeout: options.timeout,
      signal: options.signal,
    });
    const hear = lineReader(options.onLine);
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      hear(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      hear(text);
    });
    child.on("error", (error) => resolve({ code: undefined, stdout, stderr: error.message }));
    child.on("close", (code) => resolve({ code: code ?? undefined, stdout, stderr }));
  });
}

/** The last line that says something: what a failed command usually ends with. */
export function lastLine(text: string): string {
  return (
    text
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean)
      .at(-1) ?? "no output"
  );
}

function lineReader(onLine: (line: string) => void = () => {}): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split(/[\r\n]+/);
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim()) onLine(line);
  };
}
