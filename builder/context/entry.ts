import type { Header } from "tar-stream";
import { contextPath } from "./entry-path.ts";
import { ContextRefused, quoted } from "./refused.ts";

/** A file or folder that has been let in, but for its content. */
export interface Entry {
  readonly kind: "file" | "folder";
  /** Below the context; parts joined by `/`. */
  readonly path: string;
  readonly isExecutable: boolean;
  /** Bytes; 0 for a folder. */
  readonly size: number;
  readonly changedAt: Date;
}

/**
 * An entry of a tar, with its owner, its special bits and the bits of all but the owner dropped.
 * @throws ContextRefused where it is none that a context may have.
 */
export function letIn(header: Header): Entry {
  const { name, type, size, mode, mtime } = header;
  const refuse = (why: string) => new ContextRefused(`context: entry ${quoted(name)}: ${why}`);
  const path = contextPath(name);
  const pax = Object.keys(header.pax ?? {});
  if (pax.some((key) => /^(?:GNU\.sparse|SCHILY\.realsize)/.test(key))) {
    throw refuse("is a sparse file; pack it without --sparse");
  }
  const isFolder = type === "directory" || (type === "file" && size === 0 && name.endsWith("/"));
  if (type !== "file" && type !== "contiguous-file" && !isFolder) throw refuse(unfit(type));
  if (!isFolder && (path === "" || name.endsWith("/"))) throw refuse("is a file without a name");
  return {
    kind: isFolder ? "folder" : "file",
    path,
    isExecutable: (mode & 0o111) !== 0,
    size: isFolder ? 0 : size,
    changedAt: new Date(Math.min(Math.max(mtime.getTime() || 0, 0), 2 ** 31 * 1_000 - 1_000)),
  };
}

function unfit(type: Header["type"] | null): string {
  switch (type) {
    case "symlink":
      return "is a symbolic link, which may lead out of the context; pack what it leads to: tar --dereference";
    case "link":
      return "is a hard link, which may lead out of the context; pack the file itself: tar --hard-dereference";
    case "character-device":
    case "block-device":
      return "is a device; leave it out";
    case "fifo":
      return "is a pipe; leave it out";
    default:
      return "is neither a file nor a folder, or a sparse file; pack files and folders only, without --sparse";
  }
}
