import * as pulumi from "@pulumi/pulumi";

/** The image that this stack's state says it built last. */
export interface OwnImage {
  readonly urn: string;
  /** With the commit as its tag. */
  readonly imageName: string;
  /** `repository@sha256:…`. */
  readonly repoDigest: string;
}

/**
 * Asks Pulumi's engine what this stack's state holds of the image of a service; undefined before the first build.
 * The engine answers for a stack that is being updated too, with its state from before the update.
 */
export async function ownImage(name: string): Promise<OwnImage | undefined> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const { outputs } = await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {
    stackName,
  });
  const found = Object.entries(outputs as Record<string, StateEntry>).find(([urn]) =>
    urn.endsWith(`docker:index/image:Image::${name}`),
  );
  if (found === undefined) return undefined;
  const [urn, { outputs: image }] = found;
  const { imageName, repoDigest } = image ?? {};
  return imageName && repoDigest ? { urn, imageName, repoDigest } : undefined;
}

interface StateEntry {
  readonly outputs?: { readonly imageName?: string; readonly repoDigest?: string };
}
