import type DockerClient from "dockerode";
import { openEngine } from "../../setup/open-engine.ts";
import type { Settings } from "../settings.ts";
import { LABEL } from "./container-options.ts";
import { engineName } from "./engine-name.ts";

/**
 * The network of a worker's builders: out into the world, but neither to each other nor, on an engine's default rules, to
 * containers of other networks. Returns its name.
 */
export async function builderNetwork(engine: DockerClient, owner: string): Promise<string> {
  const name = `slipway-builder-${owner}`;
  const found = await engine.listNetworks({ filters: { label: [`${LABEL}=${owner}`] } });
  if (found.some((network) => network.Name === name)) return name;
  await engine.createNetwork({
    Name: name,
    Driver: "bridge",
    CheckDuplicate: true,
    Labels: { [LABEL]: owner },
    Options: { "com.docker.network.bridge.enable_icc": "false" },
  });
  return name;
}

/** Takes away the containers that a worker of this name left behind when it was killed. */
export async function removeContainers(engine: DockerClient, owner: string): Promise<void> {
  const filters = { label: [`${LABEL}=${owner}`] };
  const left = await engine.listContainers({ all: true, filters });
  await Promise.all(left.map(({ Id }) => engine.getContainer(Id).remove({ force: true, v: true })));
}

/**
 * Takes away all that a worker has in the engine, its caches too. The worker must have ended.
 * @param worker its name, as `openImageBuilder` had it.
 */
export async function removeBuilders(
  settings: Pick<Settings, "engine" | "folder">,
  worker: string,
): Promise<void> {
  const engine = openEngine(settings.engine);
  const owner = await engineName(settings.folder, worker);
  await removeContainers(engine, owner);
  const filters = { label: [`${LABEL}=${owner}`] };
  const { Volumes } = await engine.listVolumes({ filters });
  await Promise.all(Volumes.map(({ Name }) => engine.getVolume(Name).remove()));
  const networks = await engine.listNetworks({ filters });
  await Promise.all(networks.map(({ Id }) => engine.getNetwork(Id).remove()));
}
