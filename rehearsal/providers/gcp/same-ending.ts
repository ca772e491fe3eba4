import { UNKNOWN, type Value } from "../values.ts";

/** Whether two names mean the same where one may be written as a path and the other as its last part. */
export function sameEnding(old: Value | undefined, planned: Value | undefined): boolean {
  if (typeof old !== "string" || typeof planned !== "string" || planned === UNKNOWN) return false;
  const [long, short] = old.length > planned.length ? [old, planned] : [planned, old];
  return long === short || (!short.includes("/") && long.endsWith(`/${short}`));
}
