import { parseReference } from "../../infra/image-reference.ts";
import { copyImage } from "../../infra/registries/copy-image.ts";
import type { Registry } from "../../infra/registries/registry.ts";
import type { Release } from "../../infra/release.ts";
import { tell } from "../tell.ts";

/** The registries that a release is taken from and to. */
export interface Route {
  readonly from: Registry;
  readonly to: Registry;
}

/**
 * Brings a release's image into another registry under its commit: the same bytes, and so the same digest.
 * @throws pulumi.RunError when the commit's tag names another image there, or when a registry refuses.
 */
export async function copyRelease(
  name: string,
  release: Release,
  { from, to }: Route,
): Promise<void> {
  const { digest } = parseReference(release.image);
  if (from.repository === to.repository) {
    tell(`${name}: ${digest} is in ${to.repository} already`);
    return;
  }
  const isNew = await copyImage(from, to, digest, release.commit);
  tell(
    `${name}: ${isNew ? "copied" : "there already:"} ${to.repository}:${release.commit}, ${digest}`,
  );
}

/** Moves further tags of a registry to a release that it holds. */
export async function moveTags(
  release: Release,
  { to }: Route,
  tags: readonly string[],
): Promise<void> {
  const { digest } = parseReference(release.image);
  for (const tag of tags) await to.tag(digest, tag);
}
