import { accessSync, constants, existsSync } from "node:fs";
import { cliContext } from "./cli-context.ts";
import { installPackages, isDebianRoot } from "./debian.ts";
import { type Engine, endpointCandidates, engineEndpoint } from "./engine-endpoint.ts";
import { type Machine, thisMachine } from "./machine.ts";
import { startDockerd } from "./start-dockerd.ts";
import type { Thing } from "./thing.ts";
import { UserError } from "./user-error.ts";
import { which } from "./which.ts";

/**
 * The Docker engine that Pulumi's docker plugin will use. Where none answers, root on Linux starts the one that is installed, on
 * Debian after installing it; everybody else is told what to install or start.
 */
export function dockerEngine(machine: Machine = thisMachine()): Thing<Engine> {
  return {
    title: "Docker engine",
    async find() {
      const engine = await engineEndpoint(machine);
      return engine && { text: describe(engine), value: engine };
    },
    async bring(progress, signal) {
      const problem = await whyNotStarted(machine);
      if (problem !== undefined) throw new UserError(problem);
      const installed = which("dockerd", machine) !== undefined;
      if (!installed) {
        await installPackages(["docker.io", "iptables"], "docker", machine, progress, signal);
      }
      const engine = await startDockerd(machine, progress);
      const how = installed ? "started" : "installed from Debian's packages and started";
      return { text: `${describe(engine)}, ${how}`, value: engine };
    },
  };
}

function describe(engine: Engine): string {
  return `${engine.version} at ${engine.host}`;
}

/** Why the engine cannot be started from here, with the way out; undefined if it can. */
async function whyNotStarted(machine: Machine): Promise<string | undefined> {
  const { DOCKER_HOST } = machine.env;
  if (DOCKER_HOST) {
    return `docker: no engine answers at ${DOCKER_HOST} (DOCKER_HOST); start it, or unset DOCKER_HOST to use the one on this machine`;
  }
  if (machine.platform !== "win32" && isForbidden(machine.dockerSocket)) {
    return `docker: you may not use ${machine.dockerSocket}; run sudo usermod -aG docker $USER and log in again`;
  }
  const context = cliContext(machine);
  if (context !== undefined) {
    return (
      `docker: no engine answers at ${endpointCandidates(machine).join(", ")}; your docker CLI uses the context ${context.name}, ` +
      `which Pulumi does not read: export DOCKER_HOST=${context.host}`
    );
  }
  if (machine.platform === "darwin" || machine.platform === "win32") {
    return "docker: no engine answers; start Docker Desktop, or install it from https://docs.docker.com/get-started/get-docker/";
  }
  const canStart = machine.isRoot && which("dockerd", machine) !== undefined;
  if (machine.platform === "linux" && (canStart || isDebianRoot(machine))) return undefined;
  return (
    "docker: no engine answers; start it with sudo systemctl start docker, " +
    "or install it as https://docs.docker.com/engine/install/ says"
  );
}

function isForbidden(socket: string): boolean {
  if (!existsSync(socket)) return false;
  try {
    accessSync(socket, constants.R_OK | constants.W_OK);
    return false;
  } catch {
    return true;
  }
}
