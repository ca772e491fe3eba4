import { readState } from "./read-state.ts";

/** The image that this stack's state says it built last. */
export interface OwnImage {
  readonly urn: string;
  /** With the commit as its tag. */
  readonly imageName: string;
  /** `repository@sha256:…`. */
  readonly repoDigest: string;
}

/** What this stack's state from before this run holds of the image of a service; undefined before the first build. */
export async function ownImage(name: string): Promise<OwnImage | undefined> {
  const outputs = await readState<StateEntry>("readStackResourceOutputs");
  const found = Object.entries(outputs).find(([urn]) =>
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
