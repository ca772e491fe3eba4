import { ContextRefused, quoted } from "./refused.ts";

/** Bytes of a path within a context: what is left of Linux's 4,096 goes to the folder it is unpacked in. */
const longestPath = 1_024;

/** Bytes of one part of a path, on every file system of Linux. */
const longestPart = 255;

const deepest = 64;

/**
 * A path within a context, as it is stored: parts joined by `/`, without `.`; empty for the context's own folder.
 * @throws ContextRefused where it leads out of the context, or cannot be on every machine what it says.
 */
export function contextPath(name: string): string {
  const refuse = (why: string) => new ContextRefused(`context: entry ${quoted(name)}: ${why}`);
  // What is no UTF-8 was decoded to U+FFFD: two such names may have been different ones.
  if (name.includes("\ufffd")) throw refuse("is not named in UTF-8; rename it");
  if (/\p{Cc}/u.test(name)) throw refuse("has a control character in its name; rename it");
  if (name.includes("\\")) throw refuse("has a backslash in its name; write paths with /");
  if (name.startsWith("/")) {
    throw refuse("is an absolute path; pack it from within the folder: tar -C FOLDER -c .");
  }
  if (/^[A-Za-z]:(?:\/|$)/.test(name)) {
    throw refuse("begins with a drive; pack it from within the folder");
  }
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) {
    throw refuse("leads out of the context; pack it from within the folder: tar -C FOLDER -c .");
  }
  if (parts.length > deepest) throw refuse(`lies deeper than ${deepest} folders; pack it flatter`);
  if (parts.some((part) => Buffer.byteLength(part) > longestPart)) {
    throw refuse(`has a part of more than ${longestPart} bytes in its path; shorten it`);
  }
  const path = parts.join("/");
  if (Buffer.byteLength(path) > longestPath) {
    throw refuse(`has a path of more than ${longestPath} bytes; shorten it`);
  }
  return path;
}
