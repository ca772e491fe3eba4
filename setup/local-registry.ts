import { engineRequest } from "./engine-request.ts";
import { openEngine } from "./open-engine.ts";
import { registryAnswers, waitForRegistry } from "./registry-answers.ts";
import { startRegistry } from "./start-registry.ts";
import type { Progress, Thing } from "./thing.ts";
import { UserError } from "./user-error.ts";

/** The port on 127.0.0.1 of the registry that every checkout of this machine shares. */
export const LOCAL_REGISTRY_PORT = 5055;

/** Where the machine's own registry runs. */
export interface LocalRegistry {
  readonly port: number;
}

/** Names and port of the machine's registry; tests give others. */
export interface LocalRegistryPlace {
  readonly name: string;
  readonly volume: string;
  readonly port: number;
}

const PLACE: LocalRegistryPlace = {
  name: "slipway-registry",
  volume: "slipway-registry",
  port: LOCAL_REGISTRY_PORT,
};

/**
 * The registry that this machine keeps: a labelled container with a named volume, published on 127.0.0.1 only, that comes back
 * with the engine. `image` is asked for only when the container has to be made.
 */
export function localRegistry(
  host: string,
  image: (progress: Progress, signal: AbortSignal) => Promise<string>,
  place: LocalRegistryPlace = PLACE,
): Thing<LocalRegistry> {
  const told = (text: string) => ({
    text: `127.0.0.1:${place.port}${text}`,
    value: { port: place.port },
  });
  return {
    title: "Local registry",
    async find() {
      const state = await containerState(host, place);
      return state === "running" && (await registryAnswers(place.port)) ? told("") : undefined;
    },
    async bring(progress, signal) {
      const state = await containerState(host, place);
      try {
        if (state === "absent") {
          const from = await image(progress, signal);
          progress("starting");
          await startRegistry({
            host,
            ...place,
            image: from,
            labels: { "slipway.registry": "local" },
            restart: true,
          });
          return told(", started");
        }
        if (state === "stopped") await openEngine(host).getContainer(place.name).start();
        await waitForRegistry(place.port);
        return told(state === "stopped" ? ", started again" : "");
      } catch (error) {
        if (isNameTaken(error)) {
          await waitForRegistry(place.port);
          return told("");
        }
        throw isPortTaken(error) ? await portTaken(host, place) : error;
      }
    },
  };
}

type ContainerState = "absent" | "stopped" | "running";

async function containerState(host: string, place: LocalRegistryPlace): Promise<ContainerState> {
  const { status, body } = await engineRequest(host, `/containers/${place.name}/json`);
  if (status === 404) return "absent";
  const container = JSON.parse(body);
  if (container.Config?.Labels?.["slipway.registry"] !== "local") {
    throw new UserError(
      `registry: the container ${place.name} is not Slipway's (it lacks the label slipway.registry=local); ` +
        `rename it with docker rename ${place.name} another-name`,
    );
  }
  return container.State.Running ? "running" : "stopped";
}

/** Two set-ups side by side may both find no container; the engine lets only one of them take the name. */
function isNameTaken(error: unknown): boolean {
  return (error as { statusCode?: number }).statusCode === 409;
}

function isPortTaken(error: unknown): boolean {
  return /port is already allocated|address already in use|ports are not available/i.test(
    String(error),
  );
}

async function portTaken(host: string, place: LocalRegistryPlace): Promise<UserError> {
  const filters = encodeURIComponent(JSON.stringify({ publish: [`${place.port}`] }));
  const { body } = await engineRequest(host, `/containers/json?filters=${filters}`);
  const name: string | undefined = JSON.parse(body)[0]?.Names?.[0]?.slice(1);
  return new UserError(
    name
      ? `registry: port ${place.port} is taken by the container ${name}; stop it with docker stop ${name}`
      : `registry: port ${place.port} is taken by another program; find it with lsof -i :${place.port} and stop it`,
  );
}
