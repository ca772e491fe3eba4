import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** How a run of BuildKit's client ended. */
export interface ClientEnd {
  /** Undefined where a signal ended it or it could not be started. */
  readonly code: number | undefined;
  /** What it said besides the progress, its last words last. */
  readonly words: readonly string[];
}

/** Runs BuildKit's client with an environment of its own; see `runClient`. */
export type Client = (
  args: readonly string[],
  hear: (line: string) => void,
  signal: AbortSignal,
) => Promise<ClientEnd>;

/** Lines of its own words that are kept. */
const WORDS = 100;

/**
 * Runs BuildKit's client to its end. Never rejects.
 * @param hear takes each line of the progress, as JSON.
 * @param signal kills it.
 * @param env all of its environment.
 */
export function runClient(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  hear: (line: string) => void,
  signal: AbortSignal,
): Promise<ClientEnd> {
  return new Promise((resolve) => {
    const words: string[] = [];
    const client = spawn(program, args, {
      stdio: ["ignore", "ignore", "pipe"],
      env,
      signal,
      killSignal: "SIGKILL",
    });
    const lines = createInterface({ input: client.stderr, crlfDelay: Number.POSITIVE_INFINITY });
    const read = new Promise<void>((done) => lines.once("close", done));
    lines.on("line", (line) => {
      if (line.startsWith("{")) return hear(line);
      words.push(line);
      if (words.length > WORDS) words.shift();
    });
    client.on("error", (error) => {
      // Aborted, it still has to end; not started, it will not.
      if (client.pid === undefined) resolve({ code: undefined, words: [error.message] });
    });
    client.on("close", async (code) => {
      await read;
      resolve({ code: code ?? undefined, words });
    });
  });
}
