import { existsSync, readdirSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";

// Images between build and push: an OCI layout for each slot of each worker, `images-NAME-0` and so on, so that builds never write to
// the same one. A file in `kept`, named by digest and build, says who wants an image: two builds may make the same one.

/** Bytes of layers that a slot keeps although no image wants them, so that the next build does not bring them again. */
const SPARE_BYTES = 2 * 1024 ** 3;

/** Bytes from which on a layer is worth keeping so; thousands of small ones would cost more than they save. */
const SPARE_LAYER = 2 ** 20;

/** The part of a manifest that says what an image is made of. */
interface Manifest {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string; readonly size: number }[];
}

/**
 * The OCI layout that holds an image, or undefined.
 * @param folder what the service keeps on disk.
 * @param digest `sha256:…`.
 */
export function findImage(folder: string, digest: string): string | undefined {
  const mark = markOf(digest, "");
  return layoutsIn(folder).find((layout) =>
    readdirSync(join(layout, "kept")).some((name) => name.startsWith(mark)),
  );
}

/** Lets go of an image that another worker has built; what it is made of goes when that worker builds again. */
export async function forgetElsewhere(
  folder: string,
  digest: string,
  build: string,
): Promise<void> {
  const mark = markOf(digest, build);
  for (const layout of layoutsIn(folder)) await rm(join(layout, "kept", mark), { force: true });
}

function layoutsIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.startsWith("images-"))
    .map((name) => join(folder, name))
    .filter((layout) => existsSync(join(layout, "kept")));
}

/** The images of one slot. */
export class ImageStore {
  readonly folder: string;
  #isWritten = false;
  #sweeping: Promise<void> = Promise.resolve();

  constructor(folder: string, worker: string, slot: number) {
    this.folder = join(folder, `images-${worker}-${slot}`);
  }

  /** Lets a build write; nothing is swept meanwhile. */
  async write<T>(build: () => Promise<T>): Promise<T> {
    this.#isWritten = true;
    try {
      await this.#sweeping;
      await mkdir(join(this.folder, "kept"), { recursive: true });
      return await build();
    } finally {
      this.#isWritten = false;
      await this.#sweepNext();
    }
  }

  /** Bytes of an image's layers, compressed. */
  async bytes(digest: string): Promise<number> {
    const { layers } = await this.#manifest(digest);
    return layers.reduce((sum, { size }) => sum + size, 0);
  }

  /** Keeps an image for a build, until the build forgets it. */
  async keep(digest: string, build: string): Promise<void> {
    await writeFile(join(this.folder, "kept", markOf(digest, build)), "");
  }

  /** What is kept, and for which builds. */
  async kept(): Promise<readonly { readonly digest: string; readonly build: string }[]> {
    return (await names(join(this.folder, "kept"))).map((mark) => {
      const [hex = "", build = ""] = mark.split(".");
      return { digest: `sha256:${hex}`, build };
    });
  }

  /** Where the image is this slot's, lets it go. */
  async forget(digest: string, build: string): Promise<void> {
    const mark = join(this.folder, "kept", markOf(digest, build));
    if (!existsSync(mark)) return;
    await rm(mark, { force: true });
    if (!this.#isWritten) await this.#sweepNext();
  }

  /** Clears away what a build left behind that was killed. */
  tidy(): Promise<void> {
    return this.#sweepNext();
  }

  /** One after the other; what one finds gone, another has removed. */
  #sweepNext(): Promise<void> {
    const sweep = this.#sweeping.then(() => this.#sweep());
    this.#sweeping = sweep.catch(() => {});
    return sweep;
  }

  async #manifest(digest: string): Promise<Manifest> {
    return JSON.parse(await readFile(this.#blob(hexOf(digest)), "utf8"));
  }

  #blob(hex: string): string {
    return join(this.folder, "blobs", "sha256", hex);
  }

  /** Removes what no kept image wants, but for layers up to a number of bytes, those used last. */
  async #sweep(): Promise<void> {
    const wanted = await this.#wanted();
    const spare: { hex: string; size: number; usedAt: number }[] = [];
    for (const hex of await names(join(this.folder, "blobs", "sha256"))) {
      if (wanted.has(hex)) continue;
      const { size, mtimeMs } = await stat(this.#blob(hex));
      if (size < SPARE_LAYER) await rm(this.#blob(hex));
      else spare.push({ hex, size, usedAt: mtimeMs });
    }
    spare.sort((a, b) => b.usedAt - a.usedAt);
    let kept = 0;
    for (const { hex, size } of spare) {
      kept += size;
      if (kept > SPARE_BYTES) await rm(this.#blob(hex), { force: true });
    }
    await rm(join(this.folder, "ingest"), { recursive: true, force: true });
  }

  /** What the kept images are made of; each of its files counts as used now. */
  async #wanted(): Promise<ReadonlySet<string>> {
    const wanted = new Set<string>();
    const now = new Date();
    for (const mark of await names(join(this.folder, "kept"))) {
      const [image = ""] = mark.split(".");
      if (wanted.has(image)) continue;
      const manifest = await this.#manifest(image).catch(() => undefined);
      if (manifest === undefined) {
        // Somebody else has cleared the folder; a mark alone would stop every build.
        await rm(join(this.folder, "kept", mark), { force: true });
        continue;
      }
      const parts = [manifest.config, ...manifest.layers].map(({ digest }) => hexOf(digest));
      for (const hex of [image, ...parts]) {
        wanted.add(hex);
        await utimes(this.#blob(hex), now, now);
      }
    }
    return wanted;
  }
}

function markOf(digest: string, build: string): string {
  return `${hexOf(digest)}.${build}`;
}

function hexOf(digest: string): string {
  const hex = digest.replace(/^sha256:/, "");
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new TypeError(`${digest} is no digest of an image`);
  return hex;
}

async function names(folder: string): Promise<readonly string[]> {
  return existsSync(folder) ? readdir(folder) : [];
}
