import { buildctl } from "../setup/buildctl.ts";
import { pulledBuilderImage } from "../setup/builder-image.ts";
import { OFFICIAL_BUILDER } from "../setup/buildkit.ts";
import { type Engine, engineAt } from "../setup/engine-endpoint.ts";
import type { Story } from "../setup/story.ts";
import { have, type Thing } from "../setup/thing.ts";
import { UserError } from "../setup/user-error.ts";
import type { Machinery } from "./service.ts";
import type { Settings } from "./settings.ts";

/**
 * What builds need, of an engine alone: it has to hold the builders' image or to pull it, and BuildKit's client is taken out of that.
 * Where another BuildKit builds, its client is found or downloaded.
 * @throws UserError when the engine does not answer, or has no way to the image.
 */
export async function machineryElsewhere(
  settings: Pick<Settings, "engine" | "buildkitHost">,
  heldImages: readonly string[],
  story: Story,
  signal: AbortSignal,
): Promise<Machinery> {
  if (settings.buildkitHost !== undefined) {
    const client = await have(buildctl(undefined), story, signal);
    return { buildctl: client, builderImage: "", heldImages: [] };
  }
  const engine = await engineElsewhere(settings.engine, story);
  const name = await have(imageElsewhere(engine), story, signal);
  const image = { host: engine.host, platform: engine.platform, name };
  return { buildctl: await have(buildctl(image), story, signal), builderImage: name, heldImages };
}

function engineElsewhere(host: string, story: Story): Promise<Engine> {
  return story.step("Docker engine", async () => {
    const engine = await engineAt(host);
    if (engine) return { text: `${engine.version} at ${host}`, value: engine };
    throw new UserError(
      `DOCKER_HOST: no engine answers at ${host}; start it, and see that it takes the certificates and that this machine reaches it`,
    );
  });
}

/** Pulled at most: building it takes what this image does not have. */
function imageElsewhere({ host }: Engine): Thing<string> {
  return pulledBuilderImage(host, async (unreachable, _progress, signal) => {
    signal.throwIfAborted();
    throw new UserError(
      `DOCKER_HOST: the engine at ${host} neither holds ${OFFICIAL_BUILDER} nor can pull it (${unreachable}); load it there with docker load`,
    );
  });
}
