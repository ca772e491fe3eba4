import { createHash } from "node:crypto";

/** A registry host, a path and, where known, one content digest: `localhost:5055/web@sha256:…`. */
export interface ImageReference {
  /** Host and path, without tag and digest: `localhost:5055/web`. */
  readonly repository: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
}

const referenceByDigest = /^(?<repository>[^@]+)@(?<digest>sha256:[0-9a-f]{64})$/;

/** Writes a reference the way engines and platforms take it. */
export function formatReference({ repository, digest }: ImageReference): string {
  return `${repository}@${digest}`;
}

/**
 * Reads `repository@sha256:…`.
 * @throws Error when the text names a tag or no digest at all: nothing is ever deployed by tag.
 */
export function parseReference(text: string): ImageReference {
  const { repository, digest } = referenceByDigest.exec(text)?.groups ?? {};
  if (!repository || !digest) {
    throw new Error(`image: "${text}" is not of the form repository@sha256:<64 hex digits>`);
  }
  return { repository, digest };
}

/** Tags of commits, which never move: a branch may be called like one. */
const commitTag = /^[0-9a-f]{40}(?:-dirty-[0-9a-f]{12})?$/;

/** The longest tag a registry takes, by the OCI distribution specification. */
const longestTag = 128;

/**
 * Makes a tag of a branch name: what a tag cannot hold becomes `-`, and a name that was changed or is too long ends in
 * a hash of the whole name, so that two branches never share a tag. `main` stays `main`; `feature/x` becomes
 * `feature-x-` and eight hexadecimal digits.
 */
export function branchTag(branch: string): string {
  const plain = branch.replace(/[^A-Za-z0-9._-]/g, "-").replace(/^[.-]+/, "_");
  if (plain === branch && branch.length <= longestTag && !commitTag.test(branch)) return branch;
  const hash = createHash("sha256").update(branch).digest("hex").slice(0, 8);
  return `${plain.slice(0, longestTag - hash.length - 1)}-${hash}`;
}
