import { join } from "node:path";
import { openEngine } from "../../setup/open-engine.ts";
import type { Settings } from "../settings.ts";
import { MachineryLost } from "../work/steps.ts";
import { BuilderContainer } from "./builder-container.ts";
import { builderNetwork, removeContainers } from "./builder-network.ts";
import { engineName } from "./engine-name.ts";
import { HeldImages } from "./held-images.ts";
import type { Site } from "./site.ts";

/** Bytes of BuildKit's cache that each slot keeps. */
const CACHE_BYTES = 5 * 1024 ** 3;

/** Whose builders they are, and what they are made of. */
export interface LimitedBuildersOptions {
  /** The worker's name: lower-case letters, digits and `-`. What an earlier one of this name left behind is taken away. */
  readonly worker: string;
  /** The name of the builders' image in the engine. */
  readonly image: string;
  /** Names of images that the engine may hold and no registry has. */
  readonly heldImages: readonly string[];
  /** A folder of this worker's, which only its user may look into. */
  readonly work: string;
}

/** Builders in limited containers of an engine, one for each slot. They start at once, in the background. */
export async function openLimitedBuilders(
  settings: Pick<Settings, "engine" | "folder" | "slots" | "buildLimits">,
  { worker, image, heldImages, work }: LimitedBuildersOptions,
): Promise<Site> {
  const engine = openEngine(settings.engine);
  const held = new HeldImages(engine, join(settings.folder, "bases", worker), heldImages);
  const name = await engineName(settings.folder, worker);
  await removeContainers(engine, name);
  const network = await builderNetwork(engine, name);
  await held.tidy();
  const { memory, cpus, pids, logBytes } = settings.buildLimits;
  const plan = {
    image,
    owner: name,
    work,
    isEngineHere: settings.engine.startsWith("unix://"),
    network,
    memory,
    cpus,
    pids,
    logBytes,
    cacheBytes: CACHE_BYTES,
  };
  const containers = Array.from(
    { length: settings.slots },
    (_, slot) => new BuilderContainer(engine, { ...plan, slot }),
  );
  const at = (slot: number): BuilderContainer => {
    const container = containers[slot];
    if (container === undefined) throw new RangeError(`there is no slot ${slot}`);
    return container;
  };
  const warm = (container: BuilderContainer): void =>
    // Whoever needs it next hears what went wrong.
    void container.ready().catch(() => {});
  containers.forEach(warm);
  return {
    ready: (slot) => at(slot).ready(),
    async stop(slot, withCache) {
      await lostUnless(at(slot).drop(withCache));
      warm(at(slot));
    },
    bases: () => lostUnless(held.list()),
    async check() {
      await engine.getImage(image).inspect();
    },
    async close() {
      // What cannot be taken away now, the next start takes.
      await Promise.allSettled(containers.map((container) => container.close()));
      await engine
        .getNetwork(network)
        .remove()
        .catch(() => {});
    },
  };
}

/** An engine that does not answer is no fault of the build. */
async function lostUnless<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MachineryLost(`engine: ${reason}`, { cause: error });
  }
}
