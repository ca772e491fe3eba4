import { gzipSync } from "node:zlib";
import type { UploadLimits } from "../../../builder/settings.ts";

// Tars as no archiver would make them.

/** What a header says, whether or not it is true. */
export interface Header {
  readonly name: string;
  readonly content?: string | Buffer;
  /** A tar's type flag. Default: `0`, a file. */
  readonly type?: string;
  readonly mode?: number;
  readonly link?: string;
  /** Bytes that the header claims. Default: those of the content. */
  readonly size?: number;
  readonly mtime?: number;
  /** Default: the true one. */
  readonly checksum?: string;
}

export const limits: UploadLimits = {
  dockerfileBytes: 2_048,
  bodyBytes: 256 * 1_024,
  contextBytes: 512 * 1_024,
  contextFiles: 100,
  perMinute: 600,
  waiting: 2_000,
  running: 4,
};

export const dockerfile: Header = { name: "Dockerfile", content: "FROM scratch\n" };

/** An archive of entries, with the mark of its end. */
export function tar(...entries: readonly Header[]): Buffer {
  return Buffer.concat([...entries.map(entry), Buffer.alloc(1_024)]);
}

export function tarGz(...entries: readonly Header[]): Buffer {
  return gzipSync(tar(...entries));
}

/** A header with its content, padded. */
export function entry(header: Header): Buffer {
  const { name, content = "", type = "0", mode = 0o644, link = "", mtime = 0 } = header;
  const body = Buffer.from(content as string);
  const block = Buffer.alloc(512);
  block.write(name, 0, 100, "latin1");
  octal(block, mode, 100, 8);
  octal(block, 1_000, 108, 8);
  octal(block, 1_000, 116, 8);
  size(block, header.size ?? body.length);
  octal(block, mtime, 136, 12);
  block.write(type, 156);
  block.write(link, 157, 100);
  block.write("ustar\u000000", 257);
  block.fill(" ", 148, 156);
  const sum = block.reduce((all, byte) => all + byte, 0);
  block.write(header.checksum ?? `${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const padding = Buffer.alloc((512 - (body.length % 512)) % 512);
  return Buffer.concat([block, body, padding]);
}

/** What a pax header says of the entry after it. */
export function pax(records: Readonly<Record<string, string>>, type = "x"): Header {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`;
    let length = rest.length + 1;
    while (String(length).length + rest.length !== length) length += 1;
    return `${length}${rest}`;
  });
  return { name: "PaxHeader", type, content: lines.join("") };
}

function octal(block: Buffer, value: number, at: number, width: number): void {
  block.write(`${value.toString(8).padStart(width - 1, "0")}\0`, at);
}

/** What is too large for octal digits is written in base 256. */
function size(block: Buffer, value: number): void {
  if (value < 8 ** 11) octal(block, value, 124, 12);
  else {
    block.writeUInt8(0x80, 124);
    block.writeBigUInt64BE(BigInt(value), 128);
  }
}
