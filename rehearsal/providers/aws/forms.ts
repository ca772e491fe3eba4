import type { Value } from "../values.ts";

// The forms that values of AWS have: each says what is wrong with a value, undefined when nothing is.

export type Form = (value: Value) => string | undefined;

export const oneOf =
  (...words: readonly string[]): Form =>
  (value) =>
    words.includes(String(value)) ? undefined : `is "${value}"; use one of ${words.join(", ")}`;

/** A whole number from `least` to `most`. */
export const between =
  (least: number, most: number): Form =>
  (value) =>
    /^\d+$/.test(String(value)) && Number(value) >= least && Number(value) <= most
      ? undefined
      : `is "${value}"; use a whole number from ${least} to ${most}`;

/** @param advice what to use in its place. */
export const like =
  (form: RegExp, advice: string): Form =>
  (value) =>
    form.test(String(value)) ? undefined : `is "${value}"; use ${advice}`;

export const shorterThan =
  (most: number): Form =>
  (value) =>
    String(value).length <= most
      ? undefined
      : `has ${String(value).length} characters; use no more than ${most}`;

/** An ARN, of one service where it is said. */
export const arn = (service = "[a-z0-9-]+"): Form =>
  like(
    new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]*:(?:\\d{12}|aws)?:.+$`),
    "the ARN of the resource",
  );

/** The first of the forms that finds something wrong. */
export const all =
  (...forms: readonly Form[]): Form =>
  (value) => {
    for (const form of forms) {
      const reason = form(value);
      if (reason !== undefined) return reason;
    }
    return undefined;
  };
