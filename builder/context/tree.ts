import { dirname } from "node:path/posix";
import { ContextRefused, quoted } from "./refused.ts";

/** The files and folders that a context is made of, each of them once. */
export class Tree {
  readonly #kinds = new Map<string, "file" | "folder">();
  readonly #most: number;
  #files = 0;

  /** @param most how many files and folders there may be. */
  constructor(most: number) {
    this.#most = most;
  }

  get files(): number {
    return this.#files;
  }

  isFile(path: string): boolean {
    return this.#kinds.get(path) === "file";
  }

  isFolder(path: string): boolean {
    return this.#kinds.get(path) === "folder";
  }

  /** @throws ContextRefused where the path is taken, or lies below a file. */
  addFile(path: string): void {
    if (this.#kinds.has(path)) {
      throw refuse(path, "is in the archive twice; pack each path once");
    }
    this.addFolder(dirname(path));
    this.#add(path, "file");
    this.#files += 1;
  }

  /** Adds a folder, and those it lies in. One that is there already may be named again: archivers do. */
  addFolder(path: string): void {
    if (path === "" || path === ".") return;
    const kind = this.#kinds.get(path);
    if (kind === "folder") return;
    if (kind === "file") throw refuse(path, "is a file and a folder at once; pack one of them");
    this.addFolder(dirname(path));
    this.#add(path, "folder");
  }

  #add(path: string, kind: "file" | "folder"): void {
    this.#kinds.set(path, kind);
    if (this.#kinds.size <= this.#most) return;
    throw new ContextRefused(
      `context: holds more than ${this.#most} files and folders; leave out what the build does not read`,
    );
  }
}

function refuse(path: string, why: string): ContextRefused {
  return new ContextRefused(`context: entry ${quoted(path)}: ${why}`);
}
