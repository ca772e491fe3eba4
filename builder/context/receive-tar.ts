import type { Readable } from "node:stream";
import type { UploadLimits } from "../settings.ts";
import type { Context } from "./context.ts";
import { type Allowed, checkDockerfile, checkDockerfileSize } from "./dockerfile.ts";
import type { Entry } from "./entry.ts";
import { contextPath } from "./entry-path.ts";
import { Packer } from "./pack.ts";
import { readArchive } from "./read-archive.ts";
import { ContextRefused, quoted } from "./refused.ts";

/** What a context is expected to be. */
export interface Expected extends Allowed {
  /** The Dockerfile's path within the context. Default: `Dockerfile`. */
  readonly dockerfile?: string;
}

/**
 * Takes in a tar or tar.gz, told apart by its first bytes. It is checked while it comes and stored anew, without owners,
 * links and special bits; where it is refused, the rest of the stream is not read and the stream is destroyed.
 * @throws ContextRefused when it is damaged, too large, holds what it may not or lacks a usable Dockerfile.
 * @throws the stream's own error when it breaks off.
 */
export async function receiveTar(
  stream: Readable,
  limits: UploadLimits,
  expected: Expected = {},
): Promise<Context> {
  const wanted = contextPath(expected.dockerfile ?? "Dockerfile");
  // Who packed it better than we do gets as much again.
  const packer = new Packer(2 * limits.bodyBytes + 2 ** 20);
  let dockerfile: Buffer | undefined;
  const take = async (entry: Entry, content: AsyncIterable<Buffer>) => {
    if (entry.kind === "file" && entry.path === wanted) {
      checkDockerfileSize(entry.size, limits.dockerfileBytes);
      dockerfile = await whole(content);
      return packer.add(entry, [dockerfile]);
    }
    await packer.add(entry, content);
  };
  try {
    // By its own iterator it would be destroyed with an error, which was nobody's.
    const bytesOf = stream.iterator({ destroyOnReturn: false });
    const { bytes, tree } = await readArchive(bytesOf, limits, take);
    if (tree.isFolder(wanted)) {
      throw new ContextRefused(`context: ${quoted(wanted)} is a folder; name the Dockerfile in it`);
    }
    if (dockerfile === undefined) throw missing(wanted);
    checkDockerfile(dockerfile, limits.dockerfileBytes, expected);
    return { parts: await packer.end(), bytes, files: tree.files };
  } catch (error) {
    const fault = await packer.drop();
    throw fault instanceof ContextRefused ? fault : error;
  } finally {
    stream.destroy();
  }
}

function missing(wanted: string): ContextRefused {
  return new ContextRefused(
    `context: has no ${quoted(wanted)}; pack it from within the folder that the path is of, or name another Dockerfile`,
  );
}

async function whole(content: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}
