import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type DockerClient from "dockerode";
import { layoutFromSaved } from "./saved-image.ts";

/** An image that the engine holds and no registry does, as an OCI layout that a build may start from. */
export interface HeldImage {
  readonly name: string;
  /** Of its manifest, `sha256:…`. */
  readonly digest: string;
  /** `os/architecture`. */
  readonly platform: string;
  readonly layout: string;
}

/** What a layout's folder says of itself, once it is whole. */
type Kept = Pick<HeldImage, "digest" | "platform">;

/** Copies of images that cannot be pulled because they were made on this machine. */
export class HeldImages {
  readonly #engine: DockerClient;
  readonly #folder: string;
  readonly #names: readonly string[];
  #last: Promise<unknown> = Promise.resolve();

  /**
   * @param folder where the copies are kept, by nobody else.
   * @param names of the images that the engine may hold.
   */
  constructor(engine: DockerClient, folder: string, names: readonly string[]) {
    this.#engine = engine;
    this.#folder = folder;
    this.#names = names;
  }

  /** Those that the engine holds now; copied once, and again where the engine's has changed. */
  list(): Promise<readonly HeldImage[]> {
    const list = this.#last.then(async () => {
      const held = await Promise.all(this.#names.map((name) => this.#find(name)));
      return held.filter((image) => image !== undefined);
    });
    this.#last = list.catch(() => {});
    return list;
  }

  async #find(name: string): Promise<HeldImage | undefined> {
    const image = await this.#engine.getImage(name).inspect().catch(unlessAbsent);
    const repository = name.slice(0, name.lastIndexOf(":"));
    const isPulled = (digests: readonly string[] | null): boolean =>
      digests?.some((digest) => digest.startsWith(`${repository}@`)) ?? false;
    if (image === undefined || isPulled(image.RepoDigests)) return undefined;
    const layout = join(this.#folder, image.Id.replace("sha256:", ""));
    const platform = `${image.Os}/${image.Architecture}`;
    const kept = (await readKept(layout)) ?? (await this.#copy(name, platform, layout));
    return { name, layout, ...kept };
  }

  async #copy(name: string, platform: string, layout: string): Promise<Kept> {
    const draft = `${layout}.draft`;
    await rm(draft, { recursive: true, force: true });
    await mkdir(draft, { recursive: true });
    const saved = await this.#engine.getImage(name).get();
    const digest = await layoutFromSaved(Readable.from(saved), draft);
    await writeFile(join(draft, "kept.json"), JSON.stringify({ digest, platform }));
    await rm(layout, { recursive: true, force: true });
    await rename(draft, layout);
    return { digest, platform };
  }

  /** Removes copies of images that the engine no longer holds so; nothing may build meanwhile. */
  async tidy(): Promise<void> {
    const current = new Set((await this.list()).map(({ layout }) => layout));
    await mkdir(this.#folder, { recursive: true });
    for (const name of await readdir(this.#folder)) {
      const layout = join(this.#folder, name);
      if (!current.has(layout)) await rm(layout, { recursive: true });
    }
  }
}

function unlessAbsent(error: { statusCode?: number }): undefined {
  if (error.statusCode !== 404) throw error;
}

async function readKept(layout: string): Promise<Kept | undefined> {
  try {
    return JSON.parse(await readFile(join(layout, "kept.json"), "utf8"));
  } catch {
    return undefined;
  }
}
