import { randomBytes } from "node:crypto";

/** An id as Google makes one of a display name: `web-health-Xh2fK9qLz3A`. */
export function newId(displayName: string): string {
  const slug = displayName
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  return `${slug}-${randomBytes(8).toString("base64url")}`;
}

/** An id as Google numbers things: up to 20 digits. */
export function newNumber(): string {
  return String(10_000_000_000_000_000_000n + (randomBytes(8).readBigUInt64BE() >> 2n));
}
