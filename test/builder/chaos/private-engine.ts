import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { engineAt } from "../../../setup/engine-endpoint.ts";
import { thisMachine } from "../../../setup/machine.ts";
import { openEngine } from "../../../setup/open-engine.ts";
import { which } from "../../../setup/which.ts";
import { docker as everybodys } from "../../rehearsal/engine.ts";
import { until } from "../../rehearsal/until.ts";

/** An engine that a test may kill, because nothing else runs on it. */
export interface PrivateEngine {
  /** As in `DOCKER_HOST`. */
  readonly host: string;
  readonly docker: Docker;
  /** Kills it with -9 and starts it anew; what ran on it has to be started again. */
  restart(): Promise<void>;
  /** Ends it and takes all that it kept away. */
  remove(): Promise<void>;
}

/** Why this machine cannot have one; undefined where it can. */
export function whyNoPrivateEngine(): string | undefined {
  const machine = thisMachine();
  if (!machine.isRoot) return "only root may start an engine of its own";
  return which("dockerd", machine) === undefined ? "dockerd is not installed" : undefined;
}

/** Starts an engine in a network of its own, with these images of everybody's engine. */
export async function startPrivateEngine(images: readonly string[]): Promise<PrivateEngine> {
  // A socket's path may have a hundred characters only.
  const folder = mkdtempSync(join(tmpdir(), "slipway-engine-"));
  const host = `unix://${folder}/docker.sock`;
  let daemon = await start(folder, host);
  const docker = openEngine(host);
  for (const image of images) await carry(image, docker);
  return {
    host,
    docker,
    async restart() {
      await daemon.end("SIGKILL");
      daemon = await start(folder, host);
    },
    async remove() {
      for (const { Id } of await docker.listContainers({ all: true })) {
        await docker.getContainer(Id).remove({ force: true, v: true });
      }
      await daemon.end("SIGTERM");
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Takes an image over from everybody's engine. */
async function carry(image: string, to: Docker): Promise<void> {
  const answer = await to.loadImage(await everybodys.getImage(image).get());
  await new Promise<void>((resolve, reject) =>
    to.modem.followProgress(answer, (error) => (error ? reject(error) : resolve())),
  );
}

interface Daemon {
  end(signal: NodeJS.Signals): Promise<void>;
}

async function start(folder: string, host: string): Promise<Daemon> {
  const run = join(folder, "run");
  mkdirSync(run, { recursive: true });
  const pidFiles = [join(folder, "docker.pid"), join(run, "containerd", "containerd.pid")];
  for (const file of pidFiles) rmSync(file, { force: true });
  const output = openSync(join(folder, "dockerd.log"), "a");
  // In a network of its own its bridges and rules cannot meet those of the engine that everybody uses.
  const command = `ip link set lo up && exec dockerd --host ${host} --pidfile ${pidFiles[0]} --data-root ${folder}/data --exec-root ${run}`;
  const child = spawn("unshare", ["--net", "--mount", "sh", "-c", command], {
    stdio: ["ignore", output, output],
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });
  const ended = new Promise<void>((resolve) => {
    child.on("exit", () => resolve());
    child.on("error", () => resolve());
  });
  await until(`an answer of the engine at ${host}`, async () => {
    if (child.exitCode !== null) throw new Error(`dockerd ended; see ${folder}/dockerd.log`);
    return existsSync(host.slice("unix://".length)) && (await engineAt(host));
  });
  return {
    async end(signal) {
      child.kill(signal);
      await ended;
    },
  };
}
