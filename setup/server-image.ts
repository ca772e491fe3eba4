import { BASE_IMAGE } from "./base-image.ts";
import { buildImage } from "./build-image.ts";
import { imageInEngine } from "./image-in-engine.ts";
import { pullImage } from "./pull-image.ts";
import type { Thing } from "./thing.ts";
import { UserError } from "./user-error.ts";

/** The image of a server that runs beside what is delivered. */
export interface ServerImage {
  /** Its name, with a capital letter. */
  readonly title: string;
  /** Its official image. */
  readonly official: string;
  /** The same server made of Debian's package, where the official image cannot be had. */
  readonly made: string;
  /** Debian's package. */
  readonly package: string;
  /** The rest of its Dockerfile, after the package is installed. */
  readonly instructions: readonly string[];
  /** The files that the instructions copy. */
  readonly files: Readonly<Record<string, string>>;
}

/** The name under which the engine holds a server's image, if it does. */
export async function findServerImage(
  host: string,
  { official, made }: ServerImage,
): Promise<string | undefined> {
  for (const name of [official, made]) if (await imageInEngine(host, name)) return name;
  return undefined;
}

/** A server's image by its name in the engine: pulled, else built on the base image, which `baseImage` brings. */
export function serverImage(
  host: string,
  image: ServerImage,
  baseImage: () => Promise<unknown>,
): Thing<string> {
  const { title, official, made, files } = image;
  return {
    title: `${title} image`,
    async find() {
      const name = await findServerImage(host, image);
      return name === undefined ? undefined : { text: name, value: name };
    },
    async bring(progress, signal) {
      progress(`pulling ${official}`);
      const unreachable = await pullImage(host, official, progress, signal);
      if (unreachable === undefined) return { text: `${official}, pulled`, value: official };
      progress("waiting for the base image");
      await baseImage();
      progress(`building it from Debian's ${image.package}`);
      const failed = await buildImage(host, made, { Dockerfile: dockerfile(image), ...files });
      if (failed === undefined) {
        return { text: `${made}, built from Debian's ${image.package}`, value: made };
      }
      throw new UserError(
        `${title.toLowerCase()}: cannot pull ${official} (${unreachable}) and cannot build it from Debian's ${image.package} (${failed}); ` +
          `load it by hand with docker load, or mend the way to its registry`,
      );
    },
  };
}

function dockerfile({ title, package: name, instructions }: ServerImage): string {
  return [
    `FROM ${BASE_IMAGE}`,
    `LABEL slipway.image=${title.toLowerCase()}`,
    "RUN apt-get update \\",
    ` && apt-get install -y --no-install-recommends ${name} \\`,
    " && rm -rf /var/lib/apt/lists/* /var/cache/apt",
    ...instructions,
    "",
  ].join("\n");
}
