import { readdir, readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { RuleError } from "../rule-error.ts";
import { isProperties, type Properties, type Value } from "../values.ts";
import { zip } from "./zip.ts";

// Pulumi's assets and archives, as they come over the wire.

/**
 * The bytes of an asset, or of an archive as a zip.
 * @param cwd where relative paths start.
 */
export async function contentOf(asset: Properties, cwd: string): Promise<Buffer> {
  if (typeof asset.text === "string") return Buffer.from(asset.text);
  if (isProperties(asset.assets)) return zip(await filesOf(asset.assets, cwd));
  if (typeof asset.path === "string") return contentAt(resolve(cwd, asset.path));
  throw new RuleError("source: an asset of the web has no stand-in; give a text or a file");
}

interface File {
  readonly name: string;
  readonly content: Buffer;
}

async function filesOf(assets: Properties, cwd: string): Promise<File[]> {
  const files = Object.entries(assets).map(async ([name, value]): Promise<File[]> => {
    const asset: Properties = isProperties(value as Value) ? (value as Properties) : {};
    if (isProperties(asset.assets)) return under(name, await filesOf(asset.assets, cwd));
    return [{ name, content: await contentOf(asset, cwd) }];
  });
  return (await Promise.all(files)).flat();
}

async function contentAt(path: string): Promise<Buffer> {
  try {
    const entries = await readdir(path, { withFileTypes: true, recursive: true });
    const inside = entries.filter((entry) => entry.isFile());
    const files = inside.map(async (entry) => {
      const file = join(entry.parentPath, entry.name);
      return { name: file.slice(path.length + 1), content: await readFile(file) };
    });
    return zip(await Promise.all(files));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return readFile(path);
    throw new RuleError(`source: cannot read ${path}; name a file or a folder`, { cause: error });
  }
}

function under(folder: string, files: readonly File[]): File[] {
  return files.map(({ name, content }) => ({ name: `${folder}/${name}`, content }));
}
