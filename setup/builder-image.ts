import { readFileSync } from "node:fs";
import { join } from "node:path";
import { BASE_IMAGE } from "./base-image.ts";
import { buildImage } from "./build-image.ts";
import { buildkitFromSource, MADE_BUILDER, OFFICIAL_BUILDER } from "./buildkit.ts";
import type { Engine } from "./engine-endpoint.ts";
import { imageInEngine } from "./image-in-engine.ts";
import { type Machine, thisMachine } from "./machine.ts";
import { pullImage } from "./pull-image.ts";
import type { Told } from "./story.ts";
import type { Progress, Thing } from "./thing.ts";
import { UserError } from "./user-error.ts";

/**
 * The image of the limited builders by its name in the engine: BuildKit's own, pulled; else made on the base image, which
 * `baseImage` brings, of Debian's runc and BuildKit's Go modules.
 */
export function builderImage(
  engine: Engine,
  baseImage: () => Promise<unknown>,
  machine: Machine = thisMachine(),
): Thing<string> {
  return pulledBuilderImage(engine.host, async (unreachable, progress, signal) => {
    progress("waiting for the base image");
    await baseImage();
    const failed = await make(engine, machine, progress, signal);
    if (failed === undefined) {
      return { text: `${MADE_BUILDER}, built from source`, value: MADE_BUILDER };
    }
    signal.throwIfAborted();
    throw new UserError(
      `builder image: cannot pull ${OFFICIAL_BUILDER} (${unreachable}) and cannot build BuildKit (${failed}); ` +
        "load it by hand with docker load, or mend the way to its registry",
    );
  });
}

/**
 * The image of the limited builders by its name in the engine, which holds it or pulls it.
 * @param otherwise brings it, or says how to mend it, where it cannot be pulled for the reason that is given.
 */
export function pulledBuilderImage(
  host: string,
  otherwise: (
    unreachable: string,
    progress: Progress,
    signal: AbortSignal,
  ) => Promise<Told<string>>,
): Thing<string> {
  return {
    title: "Builder image",
    async find() {
      const name = await findBuilderImage(host);
      return name === undefined ? undefined : { text: name, value: name };
    },
    async bring(progress, signal) {
      progress(`pulling ${OFFICIAL_BUILDER}`);
      const unreachable = await pullImage(host, OFFICIAL_BUILDER, progress, signal);
      if (unreachable !== undefined) return otherwise(unreachable, progress, signal);
      return { text: `${OFFICIAL_BUILDER}, pulled`, value: OFFICIAL_BUILDER };
    },
  };
}

/** The name under which the engine holds the image of the limited builders, if it does. */
export async function findBuilderImage(host: string): Promise<string | undefined> {
  for (const name of [OFFICIAL_BUILDER, MADE_BUILDER]) {
    if (await imageInEngine(host, name)) return name;
  }
  return undefined;
}

/** Returns the reason if it cannot be made. */
async function make(
  { host, platform }: Engine,
  machine: Machine,
  progress: Progress,
  signal: AbortSignal,
): Promise<string | undefined> {
  const programs = ["buildkitd", "buildctl"] as const;
  const built = await buildkitFromSource(programs, platform, machine, progress, signal);
  if ("problem" in built) return built.problem;
  progress("building the image");
  const files = programs.map(
    (name) => [name, { content: readFileSync(join(built.folder, name)), mode: 0o755 }] as const,
  );
  return buildImage(host, MADE_BUILDER, { Dockerfile: DOCKERFILE, ...Object.fromEntries(files) });
}

const DOCKERFILE = `FROM ${BASE_IMAGE}
LABEL slipway.image=builder
RUN apt-get update \\
 && apt-get install -y --no-install-recommends runc iproute2 \\
 && rm -rf /var/lib/apt/lists/* /var/cache/apt
COPY buildkitd buildctl /usr/local/bin/
`;
