import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

const imageType = "application/vnd.oci.image.manifest.v1+json";
const listType = "application/vnd.oci.image.index.v1+json";

/** An OCI layout for one test. */
export class LocalImages {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async open(): Promise<LocalImages> {
    const folder = await mkdtemp(join(tmpdir(), "slipway-images-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await mkdir(join(folder, "blobs", "sha256"), { recursive: true });
    return new LocalImages(folder);
  }

  /** Keeps bytes; returns how a manifest names them. */
  async blob(content: Buffer | string): Promise<{ digest: string; size: number }> {
    const hex = createHash("sha256").update(content).digest("hex");
    await writeFile(join(this.folder, "blobs", "sha256", hex), content);
    return { digest: `sha256:${hex}`, size: Buffer.byteLength(content) };
  }

  /** An image of layers with such content; returns its digest. */
  async image(...layers: readonly (Buffer | string)[]): Promise<string> {
    const manifest = {
      schemaVersion: 2,
      mediaType: imageType,
      config: await this.blob(`{"of":"${layers.map((layer) => layer.length)}"}`),
      layers: await Promise.all(layers.map((layer) => this.blob(layer))),
    };
    return (await this.blob(JSON.stringify(manifest))).digest;
  }

  /** A list of images; returns its digest. */
  async list(...digests: readonly string[]): Promise<string> {
    const manifests = digests.map((digest) => ({ mediaType: imageType, digest, size: 1 }));
    const list = { schemaVersion: 2, mediaType: listType, manifests };
    return (await this.blob(JSON.stringify(list))).digest;
  }
}
