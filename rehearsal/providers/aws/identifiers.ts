import { createHash, randomBytes, randomUUID } from "node:crypto";

// Identifiers as AWS hands them out.

/** `length` random hexadecimal digits. */
export function hex(length: number): string {
  return randomBytes(length).toString("hex").slice(0, length);
}

/** `length` random letters and digits, in lower case. */
export function letters(length: number): string {
  return [...randomBytes(length)].map((byte) => (byte % 36).toString(36)).join("");
}

/** The version of an object or of a secret. */
export const versionId = randomUUID;

/** Hexadecimal digits that stay the same for the same text. */
export function stableHex(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}
