import { existsSync } from "node:fs";
import { join } from "node:path";
import { engineRequest } from "./engine-request.ts";
import { type Machine, thisMachine } from "./machine.ts";

/** A Docker engine that answers. */
export interface Engine {
  /** As in `DOCKER_HOST`, e.g. `unix:///var/run/docker.sock`. */
  readonly host: string;
  /** The engine's version, e.g. `29.1.0`. */
  readonly version: string;
  /** What its containers run on, e.g. `linux/amd64`. */
  readonly platform: string;
}

/** The Docker engine that the docker plugin will use, if it answers: see `endpointCandidates`. */
export async function engineEndpoint(
  machine: Machine = thisMachine(),
): Promise<Engine | undefined> {
  for (const host of endpointCandidates(machine)) {
    const engine = await engineAt(host);
    if (engine) return engine;
  }
  return undefined;
}

/**
 * Where an engine is looked for, in the docker plugin's order: `DOCKER_HOST` alone if it is set, else the default socket,
 * else Docker Desktop's. The CLI's context plays no part, because the plugin ignores it.
 */
export function endpointCandidates(machine: Machine): string[] {
  if (machine.env.DOCKER_HOST) return [machine.env.DOCKER_HOST];
  if (machine.platform === "win32") return ["npipe:////./pipe/docker_engine"];
  return [
    machine.dockerSocket,
    join(machine.home, ".docker", "run", "docker.sock"),
    join(machine.home, ".docker", "desktop", "docker.sock"),
  ].map((socket) => `unix://${socket}`);
}

/** The engine at one address, or undefined if none answers there. */
export async function engineAt(host: string): Promise<Engine | undefined> {
  if (host.startsWith("ssh://")) return engineOverSsh(host);
  if (host.startsWith("unix://") && !existsSync(host.slice("unix://".length))) return undefined;
  try {
    const { status, body } = await engineRequest(host, "/version");
    return status === 200 ? engineFrom(host, JSON.parse(body)) : undefined;
  } catch {
    return undefined;
  }
}

async function engineOverSsh(host: string): Promise<Engine | undefined> {
  const { openEngine } = await import("./open-engine.ts");
  try {
    return engineFrom(host, await openEngine(host).version());
  } catch {
    return undefined;
  }
}

function engineFrom(host: string, version: { Version: string; Os: string; Arch: string }): Engine {
  return { host, version: version.Version, platform: `${version.Os}/${version.Arch}` };
}
