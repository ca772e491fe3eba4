import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat, readdir, readFile, readlink, realpath } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Pack } from "tar-stream";
import { RuleError } from "../rule-error.ts";
import { goMode } from "./go-mode.ts";
import { readIgnoreRules } from "./ignore-file.ts";

// A build context on disk: its files, their digest, and the tar that Docker builds from.

/** Where a build's files are; relative paths start at `cwd`, the folder in which the program runs. */
export interface ContextPaths {
  readonly cwd: string;
  readonly context: string;
  readonly dockerfile: string;
}

/**
 * The digest that the real provider puts into `build.contextDigest`: over the Dockerfile and every file that the ignore file
 * leaves in, by name, mode and content (a link by where it leads). Times, owners and empty folders do not count.
 */
export async function contextDigest(paths: ContextPaths): Promise<string> {
  const total = createHash("sha256");
  const record = (name: string, mode: string, digest: Buffer): void => {
    total.update(name).update(mode).update(digest).update("\0");
  };
  const dockerfile = await readFile(resolve(paths.cwd, paths.dockerfile));
  record("Dockerfile", "----------", createHash("sha256").update(dockerfile).digest());
  for (const file of await listFiles(paths)) {
    record(file.path, goMode(file.mode), await digestOf(paths, file));
  }
  return total.digest("hex");
}

/** Packs the context as Docker's client does, owned by root; the Dockerfile is always in it, under the name that is returned. */
export async function packContext(paths: ContextPaths): Promise<{ tar: Pack; dockerfile: string }> {
  const { pack } = await import("tar-stream");
  const root = resolve(paths.cwd, paths.context);
  const source = resolve(paths.cwd, paths.dockerfile);
  const content = await readFile(source);
  const inside = relative(root, source).replaceAll("\\", "/");
  const outside = inside.startsWith("../") || isAbsolute(inside);
  const name = outside
    ? `.dockerfile.${createHash("sha256").update(content).digest("hex").slice(0, 20)}`
    : inside;
  const files = await listFiles(paths);
  const tar = pack();
  const fill = async (): Promise<void> => {
    for (const file of files) {
      if (file.path === name) continue;
      const header = {
        name: file.path,
        mode: file.mode & 0o7777,
        mtime: file.changed,
        uid: 0,
        gid: 0,
      };
      if (file.type === "link") {
        tar.entry({ ...header, type: "symlink", linkname: await readlink(join(root, file.path)) });
      } else if (file.type === "file") {
        await pipeline(
          createReadStream(join(root, file.path)),
          tar.entry({ ...header, size: file.size }),
        );
      }
    }
    tar.entry({ name, mode: 0o644, uid: 0, gid: 0 }, content);
    tar.finalize();
  };
  fill().catch((error: Error) => tar.destroy(error));
  return { tar, dockerfile: name };
}

interface ContextFile {
  /** Relative to the context, with `/` between names. */
  readonly path: string;
  readonly mode: number;
  readonly type: "file" | "link" | "other";
  readonly size: number;
  readonly changed: Date;
}

/** Every non-folder that is not ignored, folder by folder in the order of their names. */
async function listFiles(paths: ContextPaths): Promise<ContextFile[]> {
  const root = resolve(paths.cwd, paths.context);
  const rules = await readIgnoreRules(root, resolve(paths.cwd, paths.dockerfile));
  const found: ContextFile[] = [];
  const walk = async (folder: string): Promise<void> => {
    const entries = await readdir(join(root, folder), { withFileTypes: true });
    entries.sort((left, right) => Buffer.compare(Buffer.from(left.name), Buffer.from(right.name)));
    for (const entry of entries) {
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      const ignored = rules.ignores(path);
      if (entry.isDirectory()) {
        if (!ignored || rules.mayHoldExceptions(path)) await walk(path);
      } else if (!ignored) {
        const { mode, size, mtime } = await lstat(join(root, path));
        const type = entry.isSymbolicLink() ? "link" : entry.isFile() ? "file" : "other";
        found.push({ path, mode, size, changed: mtime, type });
      }
    }
  };
  await walk("");
  return found;
}

async function digestOf({ cwd, context }: ContextPaths, file: ContextFile): Promise<Buffer> {
  const hash = createHash("sha256");
  const full = join(resolve(cwd, context), file.path);
  if (file.type === "file") await pipeline(createReadStream(full), hash);
  if (file.type === "link") {
    const target = await realpath(full).catch(() => {
      throw new RuleError(
        `${join(context, file.path)}: the link leads nowhere; remove it or add it to .dockerignore`,
      );
    });
    hash.update(isAbsolute(context) ? target : relative(await realpath(cwd), target));
  }
  return hash.digest();
}
