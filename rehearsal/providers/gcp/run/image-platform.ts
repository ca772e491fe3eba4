import { parseReference } from "../../docker/reference.ts";

// What this machine's registry says of an image.

/** Every kind of manifest; a registry that is not asked for a kind converts or hides it. */
const KINDS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

interface Platform {
  readonly os?: string;
  readonly architecture?: string;
}

interface Manifest {
  readonly manifests?: readonly { readonly platform?: Platform }[];
  readonly config?: { readonly digest: string };
}

/** An image as the registry has it. */
export interface Found {
  readonly digest: string;
  readonly platforms: readonly Platform[];
}

/**
 * Looks an image up.
 * @param image its name in this machine's registry, which is asked without TLS.
 * @returns undefined when it is not there.
 */
export async function lookUp(image: string, signal: AbortSignal): Promise<Found | undefined> {
  const { host, path, tag, digest } = parseReference(image);
  const repository = `http://${host}/v2/${path}`;
  const answer = await fetch(`${repository}/manifests/${digest ?? tag ?? "latest"}`, {
    headers: { accept: KINDS.join(", ") },
    signal,
  });
  if (!answer.ok) return undefined;
  const manifest = (await answer.json()) as Manifest;
  const name = answer.headers.get("docker-content-digest") ?? digest ?? "";
  if (manifest.manifests) {
    return { digest: name, platforms: manifest.manifests.map(({ platform = {} }) => platform) };
  }
  const config = await fetch(`${repository}/blobs/${manifest.config?.digest}`, { signal });
  return { digest: name, platforms: config.ok ? [(await config.json()) as Platform] : [] };
}
