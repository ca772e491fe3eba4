import type { Value } from "../values.ts";

// Forms that values must have, for the `refuses` of a property.

type Rule = (value: Value) => string | undefined;

/** One of a few words. */
export function oneOf(...words: readonly string[]): Rule {
  return (value) =>
    words.includes(String(value))
      ? undefined
      : `expected one of ${words.join(", ")}, got ${JSON.stringify(value)}`;
}

/** A text of a given form, with the words that say which. */
export function like(form: RegExp, advice: string): Rule {
  return (value) => (form.test(String(value)) ? undefined : `${JSON.stringify(value)} ${advice}`);
}

/** A number, or the length of a text, between two bounds. */
export function between(least: number, most: number): Rule {
  return (value) => {
    const size = typeof value === "number" ? value : String(value).length;
    const what = typeof value === "number" ? "" : " characters";
    return size >= least && size <= most
      ? undefined
      : `expected ${least} to ${most}${what}, got ${size}`;
  };
}

/** Seconds with a final s, as in `300s`. */
export const seconds = like(
  /^\d+(?:\.\d{1,9})?s$/,
  "is no duration; write digits, with at most nine after a point, and s",
);

/** What the real type has and the stand-in leaves out. */
export const leftOut: Rule = () => "not part of the stand-in; rehearse without it";
