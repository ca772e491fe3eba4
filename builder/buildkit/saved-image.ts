import { createHash, randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join, posix } from "node:path";
import { Readable, Transform } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type Extract, extract } from "tar-stream";

const IMAGE = "application/vnd.oci.image";

/** Bytes up to which a file of a saved image is read as a whole: its descriptions, and small layers. */
const SMALL = 4 * 2 ** 20;

/** A file of an OCI layout, named by its digest. */
interface Blob {
  readonly digest: string;
  readonly size: number;
}

/** The files of a saved image by their names: the large ones in the layout already, the small ones as they are. */
interface Files {
  readonly large: ReadonlyMap<string, Blob>;
  readonly small: ReadonlyMap<string, Buffer>;
}

/**
 * Makes an OCI layout of an image as `docker save` writes it, in the engine's old form or its new one. Layers are compressed.
 * @returns the digest of its manifest.
 */
export async function layoutFromSaved(saved: Readable, layout: string): Promise<string> {
  await mkdir(join(layout, "blobs", "sha256"), { recursive: true });
  const { large, small } = await readArchive(saved, layout);
  const [image] = JSON.parse(String(small.get("manifest.json")));
  const take = async (name: string, type: "config" | "layer"): Promise<Blob> => {
    const known = large.get(name);
    if (known !== undefined) return known;
    const content = small.get(name);
    if (content === undefined) throw new Error(`the engine saved an image without its ${name}`);
    return writeBlob(Readable.from([content]), layout, type);
  };
  const config = await take(image.Config, "config");
  const layers: Blob[] = [];
  for (const name of image.Layers) layers.push(await take(name, "layer"));
  return writeManifest(config, layers, layout);
}

async function readArchive(saved: Readable, layout: string): Promise<Files> {
  const entries = extract();
  // Together, so that an archive that breaks off fails this, wherever that is noticed first.
  const [files] = await Promise.all([readEntries(entries, layout), pipeline(saved, entries)]);
  return files;
}

async function readEntries(entries: Extract, layout: string): Promise<Files> {
  const large = new Map<string, Blob>();
  const small = new Map<string, Buffer>();
  for await (const entry of entries) {
    const { name, type, size = 0, linkname } = entry.header;
    if (type === "symlink" && linkname) {
      // A layer that occurs twice is saved once.
      const target = posix.join(dirname(name), linkname);
      const [blob, content] = [large.get(target), small.get(target)];
      if (blob) large.set(name, blob);
      if (content) small.set(name, content);
    } else if (type === "file" && size <= SMALL) small.set(name, await buffer(entry));
    else if (type === "file")
      large.set(name, await writeBlob(Readable.from(entry), layout, "layer"));
    entry.resume();
  }
  return { large, small };
}

/** Layers are compressed unless they come so. */
async function writeBlob(
  content: AsyncIterable<Buffer>,
  layout: string,
  type: "config" | "layer",
): Promise<Blob> {
  const draft = join(layout, randomUUID());
  const pieces = content[Symbol.asyncIterator]();
  const first = await pieces.next();
  const isPlain = type === "layer" && !isGzip(first.value);
  const hash = createHash("sha256");
  let size = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  const whole = Readable.from(again(first, pieces));
  const file = createWriteStream(draft);
  await (isPlain ? pipeline(whole, createGzip(), measure, file) : pipeline(whole, measure, file));
  const hex = hash.digest("hex");
  await rename(draft, join(layout, "blobs", "sha256", hex));
  return { digest: `sha256:${hex}`, size };
}

function isGzip(bytes: Buffer | undefined): boolean {
  return bytes?.[0] === 0x1f && bytes[1] === 0x8b;
}

async function* again(
  first: IteratorResult<Buffer>,
  rest: AsyncIterator<Buffer>,
): AsyncGenerator<Buffer> {
  for (let next = first; !next.done; next = await rest.next()) yield next.value;
}

async function writeManifest(
  config: Blob,
  layers: readonly Blob[],
  layout: string,
): Promise<string> {
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: `${IMAGE}.manifest.v1+json`,
    config: { mediaType: `${IMAGE}.config.v1+json`, ...config },
    layers: layers.map((layer) => ({ mediaType: `${IMAGE}.layer.v1.tar+gzip`, ...layer })),
  });
  const blob = await writeBlob(Readable.from([Buffer.from(manifest)]), layout, "config");
  await writeFile(join(layout, "oci-layout"), '{"imageLayoutVersion":"1.0.0"}');
  const index = {
    schemaVersion: 2,
    mediaType: `${IMAGE}.index.v1+json`,
    manifests: [{ mediaType: `${IMAGE}.manifest.v1+json`, ...blob }],
  };
  await writeFile(join(layout, "index.json"), JSON.stringify(index));
  return blob.digest;
}
