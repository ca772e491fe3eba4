import { z } from "zod";

// The forms that values of the configuration have, with the words that say which.

/** One strict object: an unknown key is refused, and the message lists the keys there are. */
export function strict<const Shape extends z.ZodRawShape>(shape: Shape) {
  const keys = Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? `unknown key; take it out or use one of ${keys}`
        : undefined,
  });
}

/** A text of a given form, with the words that say which. */
export function text(form: RegExp, advice: string) {
  return z.string().regex(form, { error: (issue) => `"${issue.input}" ${advice}` });
}

/** A number of whole units between two bounds. */
export const whole = (least: number, most: number) => z.int().min(least).max(most);

export const port = whole(1, 65_535);

export const absolutePath = text(
  /^\/(?!\/)[^:\s\\]*$/,
  "is no absolute path; begin it with one / and leave out colons, blanks and \\",
);

export const pathInCheckout = text(
  /^(?!\/|[A-Za-z]:|.*\\)/,
  "must be relative to the checkout, with /; name the folder from the checkout's root",
);

/** The path of an image within a registry. */
export const repositoryName = text(
  /^[a-z0-9]+(?:[._-][a-z0-9]+)*(?:\/[a-z0-9]+(?:[._-][a-z0-9]+)*)*$/,
  "is no repository name; use lower-case letters, digits and - . _ / between them",
);

/** The name of one of `slipway:secrets`. */
export const secretName = z.strictObject(
  { secret: z.string() },
  { error: "names no secret; write {secret: NAME of one of slipway:secrets}" },
);
