import { z } from "zod";
import { hasOpenHost } from "../buildkit/image-names.ts";

// Numbers, sizes and lists as people write them in a variable.

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  k: 1024,
  m: 1024 ** 2,
  g: 1024 ** 3,
  t: 1024 ** 4,
};

/** A whole number between two bounds, both allowed. */
export function whole(least: number, most: number) {
  return number(/^\d{1,15}$/, "a whole number", least, most);
}

/** A number with or without decimals, between two bounds, both allowed. */
export function decimal(least: number, most: number) {
  return number(/^\d{1,9}(?:\.\d{1,9})?$/, "a number", least, most);
}

/** A size: bytes, or a number with k, m, g or t for powers of 1024, such as `512m` and `1.5g`. */
export function bytes(least: number) {
  return z.string().transform((text, { addIssue }) => {
    const { amount, unit } =
      /^(?<amount>\d{1,15}(?:\.\d{1,3})?)(?<unit>[kmgt]?)(?:i?b)?$/i.exec(text)?.groups ?? {};
    const size = Math.floor(Number(amount) * (UNITS[unit?.toLowerCase() ?? ""] ?? 1));
    if (size >= least && Number.isSafeInteger(size)) return size;
    addIssue(
      amount === undefined
        ? `"${text}" is no size; write it in bytes or like 512m and 2g`
        : `"${text}" is out of bounds; use ${least} bytes or more`,
    );
    return z.NEVER;
  });
}

/** Image names with `*` for any part, and commas between them; blanks around them and empty ones do not count. */
export const imageNames = z.string().transform((text, { addIssue }) => {
  const names = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  const open = names.find(hasOpenHost);
  if (open === undefined) return names;
  addIssue(
    `"${open}" has * in its host, and so could allow any; write the host out, as in docker.io/acme*, or use * alone`,
  );
  return z.NEVER;
});

function number(form: RegExp, what: string, least: number, most: number) {
  return z.string().transform((text, { addIssue }) => {
    const value = Number(text);
    if (form.test(text) && value >= least && value <= most) return value;
    addIssue(`"${text}" is not ${what} from ${least} to ${most}; mend it`);
    return z.NEVER;
  });
}
