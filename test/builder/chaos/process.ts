import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { lastLine } from "../../../setup/run.ts";

const START = join(import.meta.dirname, "..", "..", "..", "builder", "start.ts");

/** A process of the service that is started again whenever it ends, as a process manager does. */
export interface KeptProcess {
  readonly name: string;
  /** Its last words each time that it ended of itself and did not say why in the form for people. */
  readonly crashes: readonly string[];
  /** Ends it with -9; it is started again at once. */
  kill(): void;
  /** Ends it in good order, and for good. */
  stop(): Promise<void>;
}

/** What a process is started with. */
export interface KeptOptions {
  readonly name: string;
  readonly role: "all" | "api" | "worker";
  readonly env: Readonly<Record<string, string>>;
  /** Takes all that it says. */
  readonly log: string;
}

/** Seconds in which a process ends once it is asked to. */
const PATIENCE = 60;

/** "where: what; how to mend" */
const forPeople = /^[\w' -]+: .+; .+/;

/** Starts `node builder/start.ts ROLE` and keeps it running. */
export function keep(options: KeptOptions): KeptProcess {
  const { name } = options;
  const crashes: string[] = [];
  let isWanted = true;
  const start = (): ChildProcess => {
    const started = spawnOne(options, (signal, said) => {
      if (isWanted && signal === null && !forPeople.test(lastLine(said))) {
        crashes.push(`${name}: ${said.slice(-1_000)}`);
      }
    });
    // What it has started may hold its output open for a while longer.
    started.once("exit", () => {
      if (isWanted) child = start();
    });
    return started;
  };
  let child = start();
  return {
    name,
    crashes,
    kill() {
      child.kill("SIGKILL");
    },
    async stop() {
      isWanted = false;
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), PATIENCE * 1_000);
      const [, signal] = await ended;
      clearTimeout(late);
      if (signal === "SIGKILL") throw new Error(`${name} did not end within ${PATIENCE} s`);
    },
  };
}

function spawnOne(
  { role, env, log }: KeptOptions,
  closed: (signal: NodeJS.Signals | null, said: string) => void,
): ChildProcess {
  const child = spawn(process.execPath, [START, role], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const hear = (chunk: Buffer): void => {
    appendFileSync(log, chunk);
    said = `${said}${chunk}`.slice(-4_000);
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  child.once("close", (_code, signal) => closed(signal, said));
  return child;
}
