import { randomBytes } from "node:crypto";

// Secrets that are nowhere else, and the search for them in what a run has left.

/** Something in which no secret may be found. */
export interface Evidence {
  readonly where: string;
  readonly content: string | Buffer;
}

/** A secret of 48 random digits, with characters between them that one escaping or another changes. */
export function newCanary(): string {
  return `${digits()}"'/+\\é%&= ${digits()}`;
}

function digits(): string {
  return randomBytes(12).toString("hex");
}

/**
 * The texts by which a canary is known, by how it was written down. No escaping changes its digits, so that either half of
 * them stands for those that are not thought of here.
 */
export function formsOf(canary: string): Readonly<Record<string, string>> {
  const json = inJson(canary);
  return {
    raw: canary,
    ...inBase64("base64", canary),
    ...inBase64("base64url", canary),
    "in a URL": encodeURIComponent(canary),
    "in a form": new URLSearchParams({ "": canary }).toString().slice(1),
    "in JSON": json,
    "in JSON in JSON": inJson(json),
    "its first digits": canary.slice(0, 24),
    "its last digits": canary.slice(-24),
    ...inBase64("base64 of its first digits", canary.slice(0, 24)),
    ...inBase64("base64 of its last digits", canary.slice(-24)),
  };
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** As it comes out behind no byte, one and two, without the letters that depend on what stands before and behind. */
function inBase64(name: string, text: string): Record<string, string> {
  const encoding = name === "base64url" ? "base64url" : "base64";
  return Object.fromEntries(
    [0, 1, 2].map((before) => {
      const bytes = Buffer.from(`${"-".repeat(before)}${text}`);
      const whole = bytes.subarray(before === 0 ? 0 : 3, bytes.length - (bytes.length % 3));
      return [`${name} at ${before}`, whole.toString(encoding)];
    }),
  );
}

/** What was found, a line each; empty where nothing was. */
export function leaks(
  canaries: Readonly<Record<string, string>>,
  evidence: Iterable<Evidence>,
): string[] {
  const sought = Object.entries(canaries).flatMap(([name, canary]) =>
    Object.entries(formsOf(canary)).map(([form, text]) => [`${name} ${form}`, text] as const),
  );
  return [...evidence].flatMap(({ where, content }) =>
    sought.filter(([, text]) => content.includes(text)).map(([what]) => `${what}: ${where}`),
  );
}
