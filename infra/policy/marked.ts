import { secretMark, unknownMark } from "./rule.ts";

/**
 * What Pulumi's protocol says of a resource's inputs, with a mark for each value that is secret or not known yet; files and
 * archives are maps of what is in them.
 */
export function marked(value: unknown): unknown {
  if (typeof value === "string") return unknowns.has(value) ? unknownMark : value;
  if (Array.isArray(value)) return value.map(marked);
  if (typeof value !== "object" || value === null) return value;
  const { [signature]: kind, ...rest } = value as Record<string, unknown>;
  if (kind === secret) return secretMark;
  return Object.fromEntries(Object.entries(rest).map(([key, inner]) => [key, marked(inner)]));
}

/** The key and the values by which the protocol tells what a map stands for. */
const signature = "4dabf18193072939515e22adb298388d";
const secret = "1b47061264138c4ac30d75fd1eb44270";

/** What it sends in place of a value that a preview does not know: one for each type of value. */
const unknowns: ReadonlySet<string> = new Set([
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);
