import { secretShapes } from "../../infra/secret-shapes.ts";

/** Takes out of a text what must not be shown. */
export type Mask = (text: string) => string;

type Environment = Readonly<Record<string, string | undefined>>;

/** What stands in place of a secret, as in Pulumi's own output. */
export const masked = "[secret]";

/** Pulumi's mark on a secret that stands as an object: an encrypted or a decrypted envelope. */
export const secretSignature = "4dabf18193072939515e22adb298388d";

/** What Pulumi shows for a value that only the update will know. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether what has this name is likely to be a credential; rather once too often. */
export function isSensitive(name: string): boolean {
  return /pass(?:word|wd|phrase|code)|secret|token|credential|(?:private|api|access|service|account|encryption|signing)[_-]?key|authori[sz]ation|cookie|signature|connection[_-]?string|(?:^|[_-])(?:pass|pwd|auth|dsn|salt)$|[_-]key$/i.test(
    name,
  );
}

/**
 * Masks what looks like a credential anywhere, and the values of this environment's own credentials that have 8 characters
 * or more: shorter ones are parts of common words.
 */
export function maskFor(env: Environment): Mask {
  const known = Object.entries(env)
    .filter(([name]) => isSensitive(name))
    .flatMap(([, value = ""]) => [value, JSON.stringify(value).slice(1, -1), ...value.split("\n")])
    .filter((value) => value.trim().length >= 8)
    .toSorted((one, other) => other.length - one.length);
  return (text) => {
    let rest = text;
    for (const value of known) rest = rest.replaceAll(value, masked);
    for (const { form } of secretShapes) rest = rest.replace(form, masked);
    return rest.includes(secretSignature) ? rest.replace(envelope, masked) : rest;
  };
}

/** Masks every text of a value of plain objects and lists. */
export function maskedAll<T>(value: T, mask: Mask): T {
  return through(value, mask) as T;
}

function through(value: unknown, mask: Mask): unknown {
  if (typeof value === "string") return mask(value);
  if (Array.isArray(value)) return value.map((item) => through(item, mask));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, through(item, mask)]));
}

/** An envelope inside other text, with all that its braces hold; the rest of the line where there are none, or are far off. */
const envelope = new RegExp(`(?:\\{[^{}]{0,200})?${secretSignature}(?:[^{}]{0,20000}\\}|.*)`, "g");
