import * as pulumi from "@pulumi/pulumi";
import type { Commit } from "./commit.ts";
import type { Config } from "./config.ts";
import { branchTag, parseReference } from "./image-reference.ts";
import { readState } from "./read-state.ts";
import type { Registry } from "./registries/registry.ts";
import type { Release } from "./release.ts";

/** A service on its way to a proven release, and where its tags are. */
export interface Delivered {
  readonly name: string;
  readonly release: pulumi.Output<Release>;
  readonly registry: Registry;
  readonly commit: Commit;
  readonly parent: pulumi.Resource;
}

/**
 * The releases by the services' names, with their tags behind the last proof of all: where one service fails, all tags stay
 * where they are, as the stack's outputs do. A preview moves none, nor does a run without proofs.
 */
export function followedByTags(
  delivered: readonly Delivered[],
  config: Config,
): Record<string, pulumi.Output<Release>> {
  if (!config.proves || pulumi.runtime.isDryRun()) {
    return Object.fromEntries(delivered.map(({ name, release }) => [name, release]));
  }
  const tagged = pulumi.all(delivered.map(({ release }) => release)).apply(async (proven) => {
    const moves = delivered.map((each, at) => moveTags(each, proven[at]?.image ?? "", config));
    await Promise.all(moves);
    return proven;
  });
  const followed = delivered.map(
    ({ name }, at) => [name, tagged.apply((proven) => proven[at] as Release)] as const,
  );
  return Object.fromEntries(followed);
}

/** How often a registry is asked to move the tags: the release is proven by then, and one lost answer must not fail it. */
const triesAtTags = 3;

async function moveTags(delivered: Delivered, image: string, config: Config): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await setTags(delivered, image, config);
      return;
    } catch (error) {
      if (tries < triesAtTags) continue;
      const why = (error as Error).message;
      pulumi.log.warn(
        `${delivered.name}: is proven, but its tags could not be moved (${why}); the next pulumi up moves them`,
        delivered.parent,
      );
      return;
    }
  }
}

/**
 * Moves the tags that name what runs: the branch's, `live-<stack>` and `prev-<stack>`, which clean-up policies keep, and
 * those the run was asked for. Tags of commits never move.
 */
async function setTags(
  { name, registry, commit }: Delivered,
  image: string,
  config: Config,
): Promise<void> {
  const { digest } = parseReference(image);
  const stack = pulumi.getStack();
  const suffix = Object.keys(config.services).length > 1 ? `${stack}-${name}` : stack;
  const before = (await readState<Release>("readStackOutputs"))[name];
  const was = before && parseReference(before.image).digest;
  if (was !== undefined && was !== digest && (await registry.digestOf(was)) !== undefined) {
    await registry.tag(was, branchTag(`prev-${suffix}`));
  }
  await registry.tag(digest, branchTag(`live-${suffix}`));
  if (config.release(name) || commit.differences.length > 0) return;
  const asked =
    commit.branch === "unknown" ? config.tags : [branchTag(commit.branch), ...config.tags];
  for (const tag of asked) await registry.tag(digest, tag);
}
