import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Evidence } from "./canary.ts";
import { containersOf, docker } from "./engine.ts";

// What a run has left on this machine.

/** Every file below a folder whose path from there is wanted; links are not followed. */
export function filesBelow(folder: string, wanted: (path: string) => boolean): Evidence[] {
  return filesOf(folder)
    .map((file) => ({ file, where: relative(folder, file) }))
    .filter(({ where }) => wanted(where))
    .flatMap(({ file, where }) => {
      const content = contentOf(file);
      return content ? [{ where, content }] : [];
    });
}

/** The files below a folder; what is taken away meanwhile is left out. */
export function filesOf(folder: string): string[] {
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesOf(path);
    return entry.isFile() ? [path] : [];
  });
}

function entriesOf(folder: string): Dirent[] {
  return orGone(() => readdirSync(folder, { withFileTypes: true })) ?? [];
}

/** Undefined where there is none any more. */
export function contentOf(file: string): Buffer | undefined {
  return orGone(() => readFileSync(file));
}

function orGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (["ENOENT", "ESRCH", "ENOTDIR", "EACCES"].includes(code)) return undefined;
    throw error;
  }
}

/** What the containers of images of that name tell everybody: their logs, and all but the variables of their configuration. */
export async function containersFrom(imagePrefix: string): Promise<Evidence[]> {
  const found = await containersOf(imagePrefix);
  const told = found.map(async ({ Id, Name, ...rest }) => {
    const log = await docker.getContainer(Id).logs({ stdout: true, stderr: true });
    const { Env: _variables, ...config } = rest.Config;
    return [
      { where: `log of ${Name}`, content: log as Buffer },
      { where: `container ${Name}`, content: JSON.stringify({ ...rest, Config: config }) },
    ];
  });
  return (await Promise.all(told)).flat();
}

interface Manifest {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string }[];
}

/** Every image that a registry of this machine holds: manifests, configurations with their history, and layers, unpacked. */
export async function imagesAt(port: number): Promise<Evidence[]> {
  const registry = `http://127.0.0.1:${port}/v2`;
  const found = new Map<string, Evidence>();
  const { repositories } = await json<{ repositories: string[] }>(`${registry}/_catalog`);
  for (const repository of repositories) {
    const { tags } = await json<{ tags: string[] }>(`${registry}/${repository}/tags/list`);
    for (const tag of tags) {
      const manifest = await bytes(`${registry}/${repository}/manifests/${tag}`);
      found.set(tag + repository, { where: `${repository}:${tag}`, content: manifest });
      const { config, layers } = JSON.parse(manifest.toString()) as Manifest;
      for (const { digest } of [config, ...layers]) {
        if (found.has(digest)) continue;
        const blob = await bytes(`${registry}/${repository}/blobs/${digest}`);
        const content = blob.readUInt16BE(0) === 0x1f8b ? gunzipSync(blob) : blob;
        found.set(digest, { where: `${digest} of ${repository}`, content });
      }
    }
  }
  return [...found.values()];
}

async function json<T>(url: string): Promise<T> {
  return JSON.parse((await bytes(url)).toString()) as T;
}

async function bytes(url: string): Promise<Buffer> {
  const types = ["oci.image.manifest.v1", "docker.distribution.manifest.v2"];
  const accept = types.map((type) => `application/vnd.${type}+json`).join(", ");
  const answer = await fetch(url, { headers: { accept, connection: "close" } });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}
