import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** A blob of an image, and where its bytes are. */
export interface LocalBlob {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly file: string;
}

/** A manifest by its very bytes. */
export interface LocalManifest {
  readonly digest: string;
  readonly type: string;
  readonly content: Buffer;
}

/** An image on this machine. */
export interface LocalImage {
  /** Each of them once, the layers before the configuration. */
  readonly blobs: readonly LocalBlob[];
  /** What is named before what names it: the image's own is the last. */
  readonly manifests: readonly LocalManifest[];
}

interface Descriptor {
  readonly digest: string;
  readonly size: number;
}

interface Contents {
  readonly mediaType?: string;
  readonly manifests?: readonly Descriptor[];
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
}

/**
 * Reads an image, or a list of them, out of an OCI layout.
 * @param folder with `blobs/sha256/…`.
 * @throws Error when a manifest is missing or is not what its digest says.
 */
export async function readImage(folder: string, digest: string): Promise<LocalImage> {
  const manifests: LocalManifest[] = [];
  const blobs = new Map<string, LocalBlob>();
  const read = async (named: string): Promise<void> => {
    const content = await readFile(fileOf(folder, named));
    if (`sha256:${createHash("sha256").update(content).digest("hex")}` !== named) {
      throw new Error(`image ${named}: its manifest is not what was built; build it again`);
    }
    const contents = JSON.parse(content.toString("utf8")) as Contents;
    for (const child of contents.manifests ?? []) await read(child.digest);
    for (const { digest, size } of [...(contents.layers ?? []), contents.config ?? []].flat()) {
      blobs.set(digest, { digest, size, file: fileOf(folder, digest) });
    }
    manifests.push({ digest: named, type: typeOf(contents), content });
  };
  await read(digest);
  return { blobs: [...blobs.values()], manifests };
}

function fileOf(folder: string, digest: string): string {
  const hex = /^sha256:(?<hex>[0-9a-f]{64})$/.exec(digest)?.groups?.hex;
  if (hex === undefined) throw new Error(`image: "${digest}" is no digest`);
  return join(folder, "blobs", "sha256", hex);
}

function typeOf({ mediaType, manifests }: Contents): string {
  return mediaType ?? `application/vnd.oci.image.${manifests ? "index" : "manifest"}.v1+json`;
}
