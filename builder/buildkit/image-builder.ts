import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Settings } from "../settings.ts";
import { type ImageBuilder, type Log, StepFailed, type Task } from "../work/steps.ts";
import { runBuild } from "./build-run.ts";
import { type Client, runClient } from "./client.ts";
import { findImage, forgetElsewhere, ImageStore } from "./image-store.ts";
import { openLimitedBuilders } from "./limited-builders.ts";
import { outsideBuildkit } from "./outside-buildkit.ts";
import type { Site } from "./site.ts";
import { sourcePolicy } from "./source-policy.ts";
import { forbiddenFrontend, syntaxOf } from "./syntax.ts";

/** What of the settings a builder of images goes by. */
export type ImageBuilderSettings = Pick<
  Settings,
  "engine" | "buildkitHost" | "folder" | "slots" | "buildLimits" | "baseImages" | "frontends"
>;

/** What a builder of images is given besides. */
export interface ImageBuilderTools {
  /** The file of BuildKit's client. */
  readonly buildctl: string;
  /** The name of the limited builders' image in the engine; of no use with a `buildkitHost`. */
  readonly builderImage: string;
  /** Names this process's builders: lower-case letters, digits and `-`, at most 40; no two at a time in one folder. */
  readonly worker: string;
  /** Names of images that the engine may hold and no registry has, e.g. those made on this machine. Default: none. */
  readonly heldImages?: readonly string[];
}

/**
 * Opens what builds images with BuildKit: in limited containers of the engine, one for each slot, or on `buildkitHost`.
 * What an earlier process with the same worker's name left running is ended; its caches and images stay.
 * @throws when the engine does not answer.
 */
export async function openImageBuilder(
  settings: ImageBuilderSettings,
  tools: ImageBuilderTools,
): Promise<ImageBuilder> {
  const work = join(settings.folder, `work-${tools.worker}`);
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true, mode: 0o700 });
  await writeFile(join(work, "policy.json"), JSON.stringify(sourcePolicy(settings.baseImages)));
  // Nothing of this process's own environment, and an empty folder where logins to registries would be looked for.
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin", DOCKER_CONFIG: join(work, "docker") };
  const client: Client = (args, hear, signal) => runClient(tools.buildctl, args, env, hear, signal);
  const site = await openSite(settings, tools, work, client);
  const stores = Array.from(
    { length: settings.slots },
    (_, slot) => new ImageStore(settings.folder, tools.worker, slot),
  );
  await Promise.all(stores.map((store) => store.tidy()));
  return {
    async build(task: Task, context: string, log: Log, signal: AbortSignal) {
      signal.throwIfAborted();
      await checkFrontend(task, context, settings.frontends);
      const store = stores[task.slot];
      if (store === undefined) throw new RangeError(`there is no slot ${task.slot}`);
      return store.write(() =>
        runBuild({ task, context, log, signal, settings, site, store, work, client }),
      );
    },
    holds: async (digest) => findImage(settings.folder, digest) !== undefined,
    kept: async () => (await Promise.all(stores.map((store) => store.kept()))).flat(),
    async forget(digest, build) {
      await Promise.all(stores.map((store) => store.forget(digest, build)));
      await forgetElsewhere(settings.folder, digest, build);
    },
    check: () => site.check(),
    async close() {
      await site.close();
      await rm(work, { recursive: true, force: true });
    },
  };
}

function openSite(
  settings: ImageBuilderSettings,
  { worker, builderImage, heldImages = [] }: ImageBuilderTools,
  work: string,
  client: Client,
): Promise<Site> | Site {
  const { buildkitHost } = settings;
  if (buildkitHost === undefined) {
    return openLimitedBuilders(settings, { worker, image: builderImage, heldImages, work });
  }
  return outsideBuildkit(buildkitHost, async (args) => {
    const { code, words } = await client(args, () => {}, AbortSignal.timeout(5_000));
    return code === 0 ? undefined : (words.at(-1) ?? "it does not answer");
  });
}

/** BuildKit's own frontend builds every Dockerfile; one that asks for a forbidden other is not to be built by surprise. */
async function checkFrontend(
  { order }: Task,
  context: string,
  frontends: readonly string[],
): Promise<void> {
  const dockerfile = await readFile(join(context, order.dockerfile)).catch(() => undefined);
  if (dockerfile === undefined) {
    throw new StepFailed(
      `${order.dockerfile}: there is no such file in the context; name the Dockerfile's path`,
    );
  }
  const asked = [syntaxOf(dockerfile), order.args.BUILDKIT_SYNTAX?.split(" ", 1)[0]];
  const forbidden = forbiddenFrontend(asked, frontends);
  if (forbidden === undefined) return;
  throw new StepFailed(
    `# syntax=${forbidden}: is not among the frontends that this builder allows (${frontends.join(", ")})`,
  );
}
