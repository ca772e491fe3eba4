import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type Docker from "dockerode";
import { RuleError } from "../rule-error.ts";
import type { Properties, Value } from "../values.ts";
import { blocks } from "./container-fields.ts";

// The files that `uploads` puts into a container before it starts.

/** Copies each file to its absolute path; its content is `content`, `contentBase64`, or the file `source` of the program. */
export async function uploadFiles(
  container: Docker.Container,
  uploads: Value | undefined,
  cwd: string,
): Promise<void> {
  const { pack } = await import("tar-stream");
  for (const upload of blocks(uploads)) {
    const tar = pack();
    const mode = upload.permissions
      ? Number.parseInt(String(upload.permissions), 8)
      : upload.executable
        ? 0o744
        : 0o644;
    const name = String(upload.file).replace(/^\//, "");
    tar.entry(
      { name, mode, uid: idOf(upload.owner), gid: idOf(upload.group) },
      await contentOf(upload, cwd),
    );
    tar.finalize();
    await container.putArchive(tar as never, { path: "/" });
  }
}

async function contentOf(
  { file, content, contentBase64, source }: Properties,
  cwd: string,
): Promise<Buffer> {
  const given = [content, contentBase64, source].filter(
    (value) => value !== undefined && value !== "",
  );
  if (given.length > 1)
    throw new RuleError(
      `uploads: ${file} has more than one of content, contentBase64 and source; keep one`,
    );
  if (contentBase64) return Buffer.from(String(contentBase64), "base64");
  if (source) {
    return readFile(resolve(cwd, String(source))).catch(() => {
      throw new RuleError(
        `uploads: ${file}: could not read its source "${source}"; give a file relative to the program`,
      );
    });
  }
  return Buffer.from(String(content ?? ""));
}

function idOf(owner: Value | undefined): number {
  const id = Number(owner ?? 0);
  if (!Number.isInteger(id))
    throw new RuleError(`uploads: owner and group are numbers, not "${owner}"`);
  return id;
}
