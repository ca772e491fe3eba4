import { createHash } from "node:crypto";
import { RunError } from "@pulumi/pulumi/errors.js";
import type { Blob } from "./blobs.ts";
import type { Distribution } from "./distribution.ts";
import type { Registry } from "./registry.ts";

/**
 * Copies an image, or a list of them with all that it lists, from one registry to another and tags it there. Every byte
 * stays what it is, and so does the digest; one blob at a time is streamed through, and none that is there already.
 * @returns whether anything had to be written.
 * @throws pulumi.RunError when `tag` names another digest there: a commit's tag never moves.
 */
export async function copyImage(
  from: Pick<Registry, "repository" | "images">,
  to: Pick<Registry, "repository" | "images">,
  digest: string,
  tag: string,
): Promise<boolean> {
  const held = await to.images.digestOf(tag);
  if (held === digest) return false;
  if (held !== undefined) {
    throw new RunError(
      `${to.repository}:${tag}: names ${held} there already, and ${from.repository} has ${digest} under it; release what is there, or remove that tag by hand`,
    );
  }
  await copy(from.images, to.images, digest, tag);
  return true;
}

/** What a manifest says of what it needs, whichever of its kinds it is. */
interface Contents {
  readonly manifests?: readonly Blob[];
  readonly config?: Blob;
  readonly layers?: readonly Blob[];
}

/** What is named is there before what names it: registries refuse it otherwise. */
async function copy(from: Distribution, to: Distribution, digest: string, reference: string) {
  const manifest = await from.manifest(digest);
  const found = `sha256:${createHash("sha256").update(manifest.content).digest("hex")}`;
  if (found !== digest) {
    throw new RunError(
      `registry ${from.origin}: gave ${found} in place of ${digest}; ask for it again, and push it anew if that is no help`,
    );
  }
  const {
    manifests = [],
    config,
    layers = [],
  } = JSON.parse(manifest.content.toString("utf8")) as Contents;
  for (const child of manifests) {
    if ((await to.digestOf(child.digest)) === undefined) {
      await copy(from, to, child.digest, child.digest);
    }
  }
  const sibling = from.origin === to.origin ? from.path : undefined;
  for (const blob of [...layers, ...(config ? [config] : [])]) {
    if (await to.blobs.holds(blob)) continue;
    await to.blobs.take(blob, () => from.blobs.read(blob), sibling);
  }
  await to.put(reference, manifest);
}
