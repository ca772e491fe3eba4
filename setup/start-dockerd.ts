import { spawn } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { type Engine, engineAt, engineEndpoint } from "./engine-endpoint.ts";
import { withLock } from "./lock.mjs";
import type { Machine } from "./machine.ts";
import { run } from "./run.ts";
import type { Progress } from "./thing.ts";
import { UserError } from "./user-error.ts";
import { systemEnvironment } from "./which.ts";

/** How long, in milliseconds, an engine may take until it answers. */
const PATIENCE = 60_000;

/**
 * Starts the installed Docker engine and waits until it answers: by systemd where that runs, else as a process of its own that
 * outlives this one and logs to the user's cache. One that is already starting is waited for.
 */
export async function startDockerd(machine: Machine, progress: Progress): Promise<Engine> {
  return withLock(
    join(machine.cache, "dockerd.lock"),
    async () => {
      const running = await engineEndpoint(machine);
      if (running) return running;
      progress("starting");
      return machine.hasSystemd ? startWithSystemd(machine) : startAlone(machine);
    },
    (holder) => progress(`process ${holder.pid} is starting it since ${holder.since}; waiting`),
  );
}

async function startWithSystemd(machine: Machine): Promise<Engine> {
  await run("systemctl", ["start", "docker"], { env: machine.env, timeout: PATIENCE });
  const answer = await pollUntil(() => engineEndpoint(machine));
  if (answer) return answer;
  throw new UserError(
    "docker: the engine does not answer although systemd has started it; see systemctl status docker",
  );
}

async function startAlone(machine: Machine): Promise<Engine> {
  const log = join(machine.cache, "dockerd.log");
  const run = dirname(machine.dockerSocket);
  const pidFile = join(run, "docker.pid");
  const pidFiles = [pidFile, join(run, "docker", "containerd", "containerd.pid")];
  let ended: (() => boolean) | undefined;
  const answer = await pollUntil(async () => {
    const engine = await engineAt(`unix://${machine.dockerSocket}`);
    if (engine || isRunning(pidFile)) return engine;
    if (ended?.()) return "ended";
    if (ended === undefined) {
      for (const file of pidFiles) if (!isRunning(file)) rmSync(file, { force: true });
      ended = spawnDockerd(machine, log);
    }
    return undefined;
  });
  if (answer && answer !== "ended") return answer;
  const what = answer ? "ended before it answered" : `does not answer after ${PATIENCE / 1000} s`;
  throw new UserError(
    `docker: the engine ${what}; see ${log}, which ends with:\n${lastLines(log)}`,
  );
}

async function pollUntil<T>(ask: () => Promise<T | undefined>): Promise<T | undefined> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || performance.now() > deadline) return answer;
    await pause(100);
  }
}

function spawnDockerd(machine: Machine, log: string): () => boolean {
  mkdirSync(machine.cache, { recursive: true });
  const output = openSync(log, "w");
  const child = spawn("dockerd", [], {
    cwd: "/",
    detached: true,
    stdio: ["ignore", output, output],
    env: { ...systemEnvironment(machine) },
  });
  closeSync(output);
  let ended = false;
  child.on("error", () => {
    ended = true;
  });
  child.on("exit", () => {
    ended = true;
  });
  child.unref();
  return () => ended;
}

/** A killed engine leaves its process ids behind; another program may have them by now, or nobody but its unburied self. */
function isRunning(pidFile: string): boolean {
  try {
    const pid = readFileSync(pidFile, "utf8").trim();
    return /^\d+ \((dockerd|containerd)\) [^ZX]/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

function lastLines(log: string): string {
  if (!existsSync(log)) return "  (nothing)";
  return readFileSync(log, "utf8")
    .trimEnd()
    .split("\n")
    .slice(-5)
    .map((line) => `  ${line}`)
    .join("\n");
}
