import { createHash } from "node:crypto";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

// What the clouds of a rehearsal remember, as distinct from what a stack's state says of them: records in files, shared by
// every stack that is rehearsed in one checkout, so that a release finds what ground has made.

/** Records by kind, such as `gcp/secret`, and by id, which is unique in its kind. */
export interface Cloud {
  get<T>(kind: string, id: string): T | undefined;
  /** Makes the record or takes the place of the one there is. */
  put(kind: string, id: string, value: unknown): void;
  /** Makes the record; false when there is one already. */
  create(kind: string, id: string, value: unknown): boolean;
  /** Does nothing when there is none. */
  delete(kind: string, id: string): void;
  /** All records of a kind, by their ids. */
  list<T>(kind: string): { readonly id: string; readonly value: T }[];
}

/** Opens the clouds that a folder keeps; each record is a file that only its owner may read, and is written whole or not at all. */
export function openCloud(folder: string): Cloud {
  const place = (kind: string): string => join(folder, encodeURIComponent(kind));
  const file = (kind: string, id: string): string => join(place(kind), `${fileName(id)}.json`);
  const write = (kind: string, id: string, value: unknown): string => {
    mkdirSync(place(kind), { recursive: true, mode: 0o700 });
    const draft = `${file(kind, id)}.${process.pid}.draft`;
    writeFileSync(draft, JSON.stringify({ id, value }), { mode: 0o600 });
    return draft;
  };
  return {
    get<T>(kind: string, id: string) {
      return read<T>(file(kind, id))?.value;
    },
    put(kind, id, value) {
      renameSync(write(kind, id, value), file(kind, id));
    },
    create(kind, id, value) {
      const draft = write(kind, id, value);
      try {
        linkSync(draft, file(kind, id));
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
        throw error;
      } finally {
        rmSync(draft);
      }
    },
    delete(kind, id) {
      rmSync(file(kind, id), { force: true });
    },
    list<T>(kind: string) {
      if (!existsSync(place(kind))) return [];
      return readdirSync(place(kind))
        .filter((name) => name.endsWith(".json"))
        .sort()
        .flatMap((name) => read<T>(join(place(kind), name)) ?? []);
    },
  };
}

interface Record<T> {
  readonly id: string;
  readonly value: T;
}

/** The longest name that file systems take is 255 bytes. */
function fileName(id: string): string {
  const plain = encodeURIComponent(id);
  return plain.length <= 200 ? plain : createHash("sha256").update(id).digest("hex");
}

function read<T>(path: string): Record<T> | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Record<T>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
