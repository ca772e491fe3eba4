import { deleteManifest, manifestDigest } from "../docker/registry.ts";
import { keptAs } from "../platform/outside-image.ts";

// The images of an ECR repository, in this machine's registry. A registry that does not answer has none.

/** The tags that the registry keeps for a repository, by its URL without a scheme. */
export async function keptTags(
  registry: string,
  repositoryUrl: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const url = `http://${registry}/v2/${pathOf(registry, repositoryUrl)}/tags/list`;
  const answer = await fetch(url, { signal }).catch(() => undefined);
  if (!answer?.ok) return [];
  const { tags } = (await answer.json()) as { tags?: string[] | null };
  return tags ?? [];
}

/** Takes the images out of the registry; one that cannot delete keeps them, and nobody can pull them by that name. */
export async function emptyRepository(
  registry: string,
  repositoryUrl: string,
  tags: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const access = { host: registry, plain: true, insecure: false, credentials: undefined };
  const path = pathOf(registry, repositoryUrl);
  for (const tag of tags) {
    const digest = await manifestDigest(access, path, tag, signal).catch(() => undefined);
    if (digest) await deleteManifest(access, path, digest, signal).catch(() => false);
  }
}

function pathOf(registry: string, repositoryUrl: string): string {
  return keptAs(repositoryUrl, registry).slice(registry.length + 1);
}
