import { crc32, inflateRawSync } from "node:zlib";

// Zip archives as far as source bundles need them, by the format's published specification (APPNOTE.TXT).

export interface ZipFile {
  readonly name: string;
  readonly content: Buffer;
}

/** Whether the bytes are a zip archive. */
export function isZip(bytes: Buffer): boolean {
  return bytes.length >= 22 && [LOCAL, END].includes(bytes.readUInt32LE(0));
}

/** Packs files without compressing them. */
export function zip(files: readonly ZipFile[]): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const { name, content } of files) {
    const path = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    // The first day that the format knows, so that the same files make the same archive.
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(path.length, 22);
    locals.push(signature(LOCAL), common, path, content);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    entries.push(signature(CENTRAL), Buffer.from([20, 0]), common, rest, path);
    offset += 30 + path.length + content.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(files.length, 4);
  end.writeUInt16LE(files.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, signature(END), end]);
}

/**
 * Unpacks an archive; folders are left out.
 * @throws Error when the bytes are no readable zip archive.
 */
export function unzip(bytes: Buffer): ZipFile[] {
  const end = bytes.lastIndexOf(signature(END));
  if (end < 0) throw new Error("the archive has no directory");
  const files: ZipFile[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    if (bytes.readUInt32LE(at) !== CENTRAL) throw new Error("the archive's directory is damaged");
    const [nameLength, extra, comment] = [28, 30, 32].map((field) =>
      bytes.readUInt16LE(at + field),
    );
    const name = bytes.toString("utf8", at + 46, at + 46 + (nameLength ?? 0));
    if (!name.endsWith("/")) files.push({ name, content: contentAt(bytes, at) });
    at += 46 + (nameLength ?? 0) + (extra ?? 0) + (comment ?? 0);
  }
  return files;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** @param entry where the file's entry in the directory starts. */
function contentAt(bytes: Buffer, entry: number): Buffer {
  const size = bytes.readUInt32LE(entry + 20);
  const local = bytes.readUInt32LE(entry + 42);
  const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
  const packed = bytes.subarray(start, start + size);
  return bytes.readUInt16LE(entry + 10) === 0 ? packed : inflateRawSync(packed);
}
