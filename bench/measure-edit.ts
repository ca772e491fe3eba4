import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parse } from "yaml";
import { ask } from "../infra/outside.ts";
import { freePort } from "../rehearsal/free-port.ts";
import type { Compose } from "../setup/compose.ts";
import { lastLine, run } from "../setup/run.ts";
import { UserError } from "../setup/user-error.ts";
import { copyCheckout } from "./checkout-copy.ts";
import { byRatio, type Comparison } from "./comparison.ts";
import { interleave } from "./interleave.ts";
import type { Taking } from "./measure-preview.ts";
import type { Workbench } from "./workbench.ts";

/** What the two sides run with. */
export interface EditTools {
  readonly compose: Compose;
  /** The folder of the Python commands outside, gunicorn among them. */
  readonly python: string;
  /** The Docker engine, as in `DOCKER_HOST`. */
  readonly host: string;
}

/** An app that reloads; its code is in a folder of its own. */
interface Reloading {
  readonly src: string;
  readonly port: number;
}

const COMPOSE_FILE = join(import.meta.dirname, "..", "docker-compose.yml");

/** How many edits make one measurement, which is their mean. */
const EDITS = 5;

const pauseBetweenRequests = 5;
const longestWait = 60_000;
const longestRequest = 5_000;

/**
 * From the edit of a line to the answer that has it: in the container of `docker compose up`, against the same gunicorn command
 * with the same Python packages outside.
 */
export async function editAgainstOutside(
  bench: Workbench,
  { rounds, signal, told }: Taking,
  tools: EditTools,
): Promise<Comparison[]> {
  const mean = async (app: Reloading): Promise<number> => {
    const began = performance.now();
    for (let edit = 0; edit < EDITS; edit += 1) await editAndAwait(app, signal);
    return (performance.now() - began) / 1_000 / EDITS;
  };
  const src = async (side: string): Promise<string> =>
    join((await copyCheckout(join(bench.folder, side))).folder, "app", "src");
  const inside = { src: await src("inside"), port: await freePort() };
  const outside = { src: await src("outside"), port: await freePort() };
  const { ours, peer } = await withContainer(bench, inside, tools, () =>
    withProcess(outside, tools, () =>
      interleave(rounds, { ours: () => mean(inside), peer: () => mean(outside) }, told),
    ),
  );
  const what = "edit to new answer, in the container : the same gunicorn command outside";
  return [byRatio(what, 1.3, ours, peer)];
}

async function withContainer<T>(
  { name, engine }: Workbench,
  { src, port }: Reloading,
  { compose: [program, ...first], host }: EditTools,
  work: () => Promise<T>,
): Promise<T> {
  const compose = async (...args: string[]): Promise<void> => {
    const where = ["--file", COMPOSE_FILE, "--project-directory", join(src, "..", "..")];
    const { code, stderr } = await run(
      program,
      [...first, ...where, "--project-name", name, ...args],
      { env: { ...process.env, DOCKER_HOST: host, DEV_PORT: String(port), APP_DESCRIPTION: "" } },
    );
    if (code === 0) return;
    throw new UserError(
      `docker compose ${args[0]}: failed in the benchmark (${lastLine(stderr)}); see whether npm run compose -- up works`,
    );
  };
  try {
    await compose("up", "--detach", "app");
    return await work();
  } finally {
    await compose("down");
    // Compose itself would leave the layers of the engine's old builder behind.
    const filters = { reference: [`${name}-app`] };
    for (const { Id } of await engine.listImages({ filters })) {
      await engine.getImage(Id).remove({ force: true });
    }
  }
}

async function withProcess<T>(
  { src, port }: Reloading,
  { python }: EditTools,
  work: () => Promise<T>,
): Promise<T> {
  const [program = "", ...args] = composeCommand();
  const gunicorn = spawn(join(python, program), args, {
    cwd: src,
    // As in the image.
    env: {
      ...process.env,
      ...{ PORT: String(port), APP_DESCRIPTION: "", PYTHONDONTWRITEBYTECODE: "1" },
    },
    stdio: "ignore",
  });
  const ended = once(gunicorn, "exit");
  try {
    return await work();
  } finally {
    gunicorn.kill();
    await ended;
  }
}

/** What compose runs to serve the app. */
function composeCommand(): string[] {
  const { services } = parse(readFileSync(COMPOSE_FILE, "utf8"), { merge: true }) as {
    services: { app: { command: string[] } };
  };
  return services.app.command;
}

async function editAndAwait({ src, port }: Reloading, signal: AbortSignal): Promise<void> {
  const file = join(src, "main.py");
  const description = crypto.randomUUID();
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replace(/^DESCRIPTION = .*$/m, `DESCRIPTION = "${description}"`));
  const deadline = performance.now() + longestWait;
  while (!(await healthcheck(port)).includes(description)) {
    signal.throwIfAborted();
    if (performance.now() > deadline) {
      throw new UserError(
        `edit: 127.0.0.1:${port} did not serve it within ${longestWait / 1_000} s; see whether npm run compose -- up serves one`,
      );
    }
    await pause(pauseBetweenRequests);
  }
}

/** One answer on a connection of its own; empty while there is none. */
async function healthcheck(port: number): Promise<string> {
  const url = new URL(`http://127.0.0.1:${port}/healthcheck`);
  const answer = await ask(url, { milliseconds: longestRequest }).catch(() => undefined);
  return answer?.body.toString() ?? "";
}
