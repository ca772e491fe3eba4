import http from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import type Docker from "dockerode";
import { engineMessage } from "../docker/engine.ts";
import type { Call } from "../provider.ts";
import { RuleError } from "../rule-error.ts";

// An app's container as a cloud's platform would run it: the real image on the engine of this machine, under the limits
// of the platform, its port published on 127.0.0.1 only.

export interface WorkloadArgs {
  /** The container's name. */
  readonly name: string;
  /** As this machine's engine can pull it. */
  readonly image: string;
  readonly env: Readonly<Record<string, string>>;
  /** The port that the app must listen on. */
  readonly port: number;
  /** MiB, without swap; the default is no limit. */
  readonly memory?: number;
  readonly cpus?: number;
  /** Takes the place of the image's own. */
  readonly command?: readonly string[];
  /** Takes the place of the image's own. */
  readonly entrypoint?: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
}

export interface Workload {
  /** The container's id. */
  readonly id: string;
  /** The port of 127.0.0.1 under which the app's port is reached. */
  readonly port: number;
}

/** How one finds out whether a workload answers. */
export interface Probe {
  /** Absent: any HTTP answer means that it listens. */
  readonly path?: string;
  readonly accepts?: (status: number) => boolean;
  /** How long it has, in seconds. */
  readonly seconds: number;
}

/**
 * Pulls the image and starts the container; whether the app answers is for `waitFor` to find out.
 * @throws RuleError when the image cannot be pulled or the container cannot be started.
 */
export async function startWorkload(
  docker: Docker,
  { name, image, env, port, memory, cpus, command, entrypoint, labels }: WorkloadArgs,
  call: Call,
): Promise<Workload> {
  await pull(docker, image, call);
  const exposed = `${port}/tcp`;
  const bytes = memory && memory * 1024 * 1024;
  const container = await docker.createContainer({
    name,
    Image: image,
    Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
    Labels: { ...labels },
    ...(command && { Cmd: [...command] }),
    ...(entrypoint && { Entrypoint: [...entrypoint] }),
    ExposedPorts: { [exposed]: {} },
    HostConfig: {
      PortBindings: { [exposed]: [{ HostIp: "127.0.0.1", HostPort: "" }] },
      SecurityOpt: ["no-new-privileges:true"],
      ...(bytes && { Memory: bytes, MemorySwap: bytes }),
      ...(cpus && { NanoCpus: Math.round(cpus * 1e9) }),
    },
  });
  try {
    await container.start();
    const { NetworkSettings } = await container.inspect();
    const published = NetworkSettings.Ports[exposed]?.[0]?.HostPort;
    // A container that has ended by now has no port any more.
    return { id: container.id, port: Number(published ?? 0) };
  } catch (error) {
    await removeWorkload(docker, container.id);
    throw new RuleError(`${name}: ${(error as Error).message}`, { cause: error });
  }
}

/** Waits until the workload answers. Returns undefined when it does, else why not. */
export async function waitFor(
  docker: Docker,
  workload: Workload,
  { path = "/", accepts = () => true, seconds }: Probe,
  call: Call,
): Promise<string | undefined> {
  const deadline = performance.now() + seconds * 1_000;
  let seen = "no answer";
  for (;;) {
    call.signal.throwIfAborted();
    const { State } = await docker.getContainer(workload.id).inspect();
    if (!State.Running) {
      const why = State.OOMKilled ? "ran out of memory" : `ended with exit code ${State.ExitCode}`;
      return `the container ${why}`;
    }
    const status = await statusOf(workload.port, path, call.signal);
    if (status !== undefined && accepts(status)) return undefined;
    seen = status === undefined ? "no answer" : `status ${status} at ${path}`;
    if (performance.now() > deadline) return `${seen} within ${seconds} s`;
    await pause(100);
  }
}

/** The last lines of a workload's log. */
export async function lastLines(docker: Docker, id: string, lines = 5): Promise<string> {
  const log = await docker
    .getContainer(id)
    .logs({ stdout: true, stderr: true, tail: lines, follow: false });
  return withoutFrames(log as Buffer).trim();
}

/** Ends and removes a container; one that is gone already is fine. */
export async function removeWorkload(docker: Docker, id: string): Promise<void> {
  await docker
    .getContainer(id)
    .remove({ force: true, v: true })
    .catch((error: { statusCode?: number }) => {
      if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
    });
}

async function pull(docker: Docker, image: string, call: Call): Promise<void> {
  try {
    await docker.getImage(image).inspect();
    return;
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
  }
  const { signal: abortSignal } = call;
  const pulled = docker.createImage({ fromImage: image, abortSignal }).then(
    (stream) =>
      new Promise<void>((resolve, reject) => {
        docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
      }),
  );
  await pulled.catch((error: Error) => {
    throw new RuleError(`${image}: cannot be pulled: ${engineMessage(error)}`, { cause: error });
  });
}

/** The status of one GET on a fresh connection; undefined when nobody answers. */
function statusOf(port: number, path: string, signal: AbortSignal): Promise<number | undefined> {
  const both = AbortSignal.any([signal, AbortSignal.timeout(5_000)]);
  return new Promise((resolve) => {
    const sent = http.get(
      { host: "127.0.0.1", port, path, agent: false, signal: both },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      },
    );
    sent.on("error", () => resolve(undefined));
  });
}

/** The engine's log without the eight bytes before each piece that tell its stream and length. */
function withoutFrames(log: Buffer): string {
  const pieces: Buffer[] = [];
  for (let at = 0; at + 8 <= log.length; ) {
    const end = at + 8 + log.readUInt32BE(at + 4);
    pieces.push(log.subarray(at + 8, end));
    at = end;
  }
  return Buffer.concat(pieces).toString("utf8");
}
