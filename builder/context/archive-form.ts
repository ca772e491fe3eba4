import { ContextRefused } from "./refused.ts";

/** How an archive is packed. */
export type ArchiveForm = "tar" | "gzip";

/** What other archives begin with, by name. */
const others: readonly (readonly [name: string, start: Buffer])[] = [
  ["a zip", Buffer.from("PK")],
  ["compressed with zstd", Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
  ["compressed with xz", Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a])],
  ["compressed with bzip2", Buffer.from("BZh")],
  ["compressed with lz4", Buffer.from([0x04, 0x22, 0x4d, 0x18])],
  ["a 7z", Buffer.from("7z\xbc\xaf", "latin1")],
  ["a rar", Buffer.from("Rar!")],
];

/** How many of its first bytes tell an archive's form. */
export const tellingBytes = 512;

/**
 * Tells an archive's form by its first bytes, not by what it is called.
 * @param start its first 512 bytes, or all there are.
 * @throws ContextRefused when it is neither tar nor gzip.
 */
export function archiveForm(start: Buffer): ArchiveForm {
  const way = "send a tar or a tar.gz: tar -czf context.tar.gz -C FOLDER .";
  if (start.length === 0) throw new ContextRefused(`context: is empty; ${way}`);
  if (start[0] === 0x1f && start[1] === 0x8b) return "gzip";
  const other = others.find(([, mark]) => start.subarray(0, mark.length).equals(mark));
  // A tar may hold a file of any name as its first: its header tells it from what only begins alike.
  if (isTarHeader(start)) return "tar";
  if (other) throw new ContextRefused(`context: is ${other[0]}, which is not taken; ${way}`);
  throw new ContextRefused(`context: is no tar archive; ${way}`);
}

/** Whether the sum over a header is what the header says, or it is the mark of an archive's end. */
function isTarHeader(block: Buffer): boolean {
  if (block.length < tellingBytes) return false;
  const sum = block.reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 32 : byte), 0);
  if (sum === 8 * 32) return true;
  const said = block.toString("latin1", 148, 156).replace(/[\0 ].*$/s, "");
  return Number.parseInt(said.trim() || block.toString("latin1", 148, 156).trim(), 8) === sum;
}
