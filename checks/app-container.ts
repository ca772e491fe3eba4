import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import type Docker from "dockerode";
import { packContext } from "../rehearsal/providers/docker/context.ts";
import { UserError } from "../setup/user-error.ts";

/** How long the app may take to answer, in milliseconds. */
const PATIENCE = 30_000;

/** The app in a container of its own. */
export interface AppContainer {
  /** Where it answers on this machine, e.g. `http://127.0.0.1:49153`. */
  readonly url: string;
  /** What it has printed so far. */
  logs(): Promise<string>;
}

/**
 * Builds the image of a folder's Dockerfile and runs it on a free port of the loopback device, read-only and without capabilities,
 * while `work` goes on. The container and the image are gone afterwards, whatever happened. Throws a `UserError` if the image
 * cannot be built or never answers.
 */
export async function withAppContainer<T>(
  engine: Docker,
  folder: string,
  work: (app: AppContainer) => Promise<T>,
): Promise<T> {
  const name = `slipway-dast-${randomBytes(4).toString("hex")}`;
  try {
    await build(engine, folder, name);
    const container = await start(engine, name);
    const logs = async (): Promise<string> =>
      (await container.logs({ stdout: true, stderr: true })).toString();
    const { NetworkSettings } = await container.inspect();
    const port = NetworkSettings.Ports["8000/tcp"]?.[0]?.HostPort;
    const url = `http://127.0.0.1:${port}`;
    await answers(url, logs);
    return await work({ url, logs });
  } finally {
    await engine.getContainer(name).remove({ force: true, v: true }).catch(unlessAbsent);
    await engine.getImage(name).remove({ force: true }).catch(unlessAbsent);
  }
}

async function build(engine: Docker, folder: string, name: string): Promise<void> {
  const { tar, dockerfile } = await packContext({
    cwd: folder,
    context: ".",
    dockerfile: "Dockerfile",
  });
  const stream = await engine.buildImage(Readable.from(tar), { version: "2", t: name, dockerfile });
  const told = await new Promise<{ error?: string }[]>((resolve, reject) => {
    engine.modem.followProgress(stream, (error, all) => (error ? reject(error) : resolve(all)));
  });
  const error = told.find((each) => each.error)?.error;
  if (error) throw new UserError(`dast: the app's image cannot be built (${error}); mend that`);
}

async function start(engine: Docker, name: string): Promise<Docker.Container> {
  const container = await engine.createContainer({
    name,
    Image: name,
    Tty: true,
    StopTimeout: 5,
    ExposedPorts: { "8000/tcp": {} },
    HostConfig: {
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      PortBindings: { "8000/tcp": [{ HostIp: "127.0.0.1", HostPort: "" }] },
    },
  });
  await container.start();
  return container;
}

async function answers(url: string, logs: () => Promise<string>): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  while (!(await isAnswering(url))) {
    if (performance.now() > deadline) {
      throw new UserError(
        `dast: the app does not answer at ${url} within ${PATIENCE / 1000} s; see what it printed:\n${await logs()}`,
      );
    }
    await pause(50);
  }
}

async function isAnswering(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

function unlessAbsent(error: { statusCode?: number }): void {
  if (error.statusCode !== 404) throw error;
}
