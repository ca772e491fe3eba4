import { join, posix } from "node:path";
import { Image } from "@pulumi/docker/image.js";
import type { Provider } from "@pulumi/docker/provider.js";
import * as pulumi from "@pulumi/pulumi";
import type { Commit } from "./commit.ts";
import type { Source } from "./config/schema.ts";
import { formatReference } from "./image-reference.ts";
import { ownImage } from "./own-image.ts";
import type { Registry } from "./registries/registry.ts";

/** The checkout's root as Pulumi's working directory sees it: the program runs in the folder of its entry. */
const root = "..";

export interface ImageArgs {
  readonly source: Source;
  readonly registry: Registry;
  readonly commit: Commit;
  readonly parent: pulumi.Resource;
  readonly docker: Provider;
}

/**
 * The image of a commit as `repository@sha256:…`: built and pushed now, unless the registry already holds the commit.
 * A commit's tag is never moved: what somebody else pushed under it is taken as it is, and what this stack built before
 * stays its own resource, which the provider leaves alone while nothing changed.
 * @throws pulumi.RunError when the registry has lost the image that this stack built.
 */
export async function imageOf(name: string, args: ImageArgs): Promise<pulumi.Output<string>> {
  const { registry, commit } = args;
  const imageName = `${registry.repository}:${commit.id}`;
  const [held, own] = await Promise.all([registry.digestOf(commit.id), ownImage(name)]);
  const isOwn = own?.imageName === imageName;
  if (isOwn && held === undefined && !rebuilds()) {
    throw new pulumi.RunError(
      `${name}: the registry has lost ${own.repoDigest}, which this stack built; build it again with ${pulumi.getStack() === "dev" ? "npm start -- --rebuild, or with " : ""}SLIPWAY_REBUILD=on pulumi up --replace '${own.urn}'`,
    );
  }
  const isSettled = isOwn && held !== undefined && own.repoDigest.endsWith(`@${held}`);
  // Asked to rebuild, the engine would replace an image that is still held as well, and so move its tag.
  if (held !== undefined && (!isSettled || rebuilds())) {
    return pulumi.output(formatReference({ repository: registry.repository, digest: held }));
  }
  return build(name, imageName, args, isSettled).repoDigest;
}

/**
 * The image of an earlier release, looked up and never built.
 * @throws pulumi.RunError when the registry does not hold it.
 */
export async function releasedImage(
  name: string,
  registry: Registry,
  release: string,
): Promise<pulumi.Output<string>> {
  const digest = await registry.digestOf(release);
  if (digest === undefined) {
    throw new pulumi.RunError(
      `slipway:release: ${registry.repository} holds no image of ${release} for ${name}; name a commit that was delivered from there`,
    );
  }
  return pulumi.output(formatReference({ repository: registry.repository, digest }));
}

/** Asked for together with `--replace`, because the provider itself never notices a lost image. */
function rebuilds(): boolean {
  return process.env.SLIPWAY_REBUILD === "on";
}

/** Build options that may change with the stack file alone: for the same commit that would build again and move its tag. */
const settledByCommit = ["build.args", "build.target", "build.platform"];

function build(name: string, imageName: string, args: ImageArgs, isSettled: boolean): Image {
  const { source, registry, commit, parent, docker } = args;
  const dockerfile = source.dockerfile ?? posix.join(source.context, "Dockerfile");
  return new Image(
    name,
    {
      imageName,
      build: {
        context: join(root, source.context),
        dockerfile: join(root, dockerfile),
        args: { ...source.args, ...provenance(commit) },
        ...(source.stage && { target: source.stage }),
        ...(source.platform && { platform: source.platform }),
      },
      ...(registry.credentials && { registry: registry.credentials }),
    },
    { parent, provider: docker, ...(isSettled && { ignoreChanges: settledByCommit }) },
  );
}

/** The build arguments that bake the commit into the image: nothing sets it at run time. */
function provenance(commit: Commit): Record<string, string> {
  return {
    app_commit: commit.id,
    app_branch: commit.branch,
    ...(commit.committedAt && { app_created: commit.committedAt }),
    ...(commit.source && { app_source: commit.source }),
  };
}
