import type { RegistrySettings } from "../settings.ts";

/** The longest name of an image, without its tag, that registries and engines take. */
const longestName = 255;

/** The image cannot be called like this in the builder's registry; the message is for the client. */
export class NameRefused extends Error {
  override name = "NameRefused";
}

/**
 * Where an image goes: `localhost:5055/team/web:1.0`, `docker.io/acme/web:1.0`.
 * @param imageName in the form of the OCI distribution specification, e.g. `team/web`.
 * @throws NameRefused when the registry has no room for such a name.
 */
export function referenceFor(registry: RegistrySettings, imageName: string, tag: string): string {
  const name = `${registry.prefix}/${imageName}`;
  if (/^(?:index\.)?docker\.io\//.test(name) && imageName.includes("/")) {
    throw new NameRefused(
      `image_name: "${imageName}" has a slash, and Docker Hub knows names of one part within ${registry.prefix}; use "${imageName.replaceAll("/", "-")}"`,
    );
  }
  if (name.length > longestName) {
    throw new NameRefused(
      `image_name: with ${registry.prefix}/ before it, it has ${name.length} characters, and registries take ${longestName}; shorten it`,
    );
  }
  return `${name}:${tag}`;
}

/** A reference taken apart: the repository's path within its registry, and the tag. */
export interface Place {
  readonly path: string;
  readonly tag: string;
}

/** Where in its registry a reference is; undefined when it is one of another registry than this. */
export function placeOf(registry: RegistrySettings, reference: string): Place | undefined {
  if (!reference.startsWith(`${registry.prefix}/`)) return undefined;
  const [slash, colon] = [reference.indexOf("/"), reference.lastIndexOf(":")];
  return { path: reference.slice(slash + 1, colon), tag: reference.slice(colon + 1) };
}
