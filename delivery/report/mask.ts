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

/** Masks what looks like a credential anywhere, and the values of this environment's own credentials. */
export function maskFor(env: Environment): Mask {
  const known = Object.entries(env)
    .filter(([name]) => isSensitive(name))
    .flatMap(([, value = ""]) => [value, JSON.stringify(value).slice(1, -1), ...value.split("\n")])
    .filter((value) => value.trim().length >= 8)
    .toSorted((one, other) => other.length - one.length);
  return (text) => {
    let rest = text;
    for (const value of known) rest = rest.replaceAll(value, masked);
    for (const pattern of shapes) rest = rest.replace(pattern, masked);
    return rest.includes(secretSignature) ? rest.replace(envelope, masked) : rest;
  };
}

/** An envelope inside other text, with all that its braces hold; the rest of the line where there are none. */
const envelope = new RegExp(`(?:\\{[^{}]{0,200})?${secretSignature}(?:[^{}]*\\}|.*)`, "g");

/** Shapes that nothing but a credential has. */
const shapes = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{20,}|dckr_pat_[\w-]{20,}|ATCTT3\w{20,}[\w=-]*|pul-[0-9a-f]{40}|xox[abpr]-[\w-]{10,}|ya29\.[\w-]{20,})/g,
  /(?<=:\/\/)[^\s/:@]+:[^\s/@]+(?=@)/g,
];
