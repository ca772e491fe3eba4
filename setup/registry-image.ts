import { BASE_IMAGE } from "./base-image.ts";
import { buildImage } from "./build-image.ts";
import { imageInEngine } from "./image-in-engine.ts";
import { pullImage } from "./pull-image.ts";
import type { Told } from "./story.ts";
import type { Progress } from "./thing.ts";
import { UserError } from "./user-error.ts";

/** The registry's official image. */
export const REGISTRY_IMAGE = "registry:3";

/** The same server made of Debian's package, where the official image cannot be had. */
export const DEBIAN_REGISTRY_IMAGE = "slipway-registry:debian";

/** The registry image that the engine holds, if any. */
export async function findRegistryImage(host: string): Promise<Told<string> | undefined> {
  for (const name of [REGISTRY_IMAGE, DEBIAN_REGISTRY_IMAGE]) {
    if (await imageInEngine(host, name)) return { text: name, value: name };
  }
  return undefined;
}

/**
 * Brings a registry image: pulls the official one, else builds one on the base image, which `baseImage` brings.
 */
export async function bringRegistryImage(
  host: string,
  progress: Progress,
  signal: AbortSignal,
  baseImage: () => Promise<unknown>,
): Promise<Told<string>> {
  progress(`pulling ${REGISTRY_IMAGE}`);
  const unreachable = await pullImage(host, REGISTRY_IMAGE, progress, signal);
  if (unreachable === undefined) return { text: `pulled ${REGISTRY_IMAGE}`, value: REGISTRY_IMAGE };
  progress("waiting for the base image");
  await baseImage();
  progress("building it from Debian's docker-registry");
  const failed = await buildImage(host, DEBIAN_REGISTRY_IMAGE, {
    Dockerfile: DOCKERFILE,
    "config.yml": CONFIG,
  });
  if (failed !== undefined) {
    throw new UserError(
      `registry: cannot pull ${REGISTRY_IMAGE} (${unreachable}) and cannot build it from Debian's docker-registry (${failed}); ` +
        `load it by hand with docker load, or mend the way to the registry`,
    );
  }
  return { text: "built from Debian's docker-registry", value: DEBIAN_REGISTRY_IMAGE };
}

const DOCKERFILE = `FROM ${BASE_IMAGE}
LABEL slipway.image=registry
RUN apt-get update \\
 && apt-get install -y --no-install-recommends docker-registry \\
 && rm -rf /var/lib/apt/lists/* /var/cache/apt
COPY config.yml /etc/distribution/config.yml
EXPOSE 5000
ENTRYPOINT ["docker-registry"]
CMD ["serve", "/etc/distribution/config.yml"]
`;

const CONFIG = `version: 0.1
log:
  fields: {service: registry}
storage:
  cache: {blobdescriptor: inmemory}
  filesystem: {rootdirectory: /var/lib/registry}
http:
  addr: :5000
  headers: {X-Content-Type-Options: [nosniff]}
health:
  storagedriver: {enabled: true, interval: 10s, threshold: 3}
`;
