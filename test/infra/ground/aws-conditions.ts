import type { Statement } from "../../../infra/ground/policy-document.ts";

type Claims = Readonly<Record<string, string>>;

/** Whether a condition of AWS holds: every key of every operator, each by any of its values; a key that is absent fails. */
export function holds(condition: Statement["Condition"], keys: Claims): boolean {
  return Object.entries(condition ?? {}).every(([operator, wanted]) =>
    Object.entries(wanted).every(([key, values]) => {
      const found = keys[key];
      const any = typeof values === "string" ? [values] : values;
      return found !== undefined && any.some((value) => matches(operator, value, found));
    }),
  );
}

function matches(operator: string, wanted: string, found: string): boolean {
  switch (operator) {
    case "StringEquals":
      return wanted === found;
    case "StringLike":
      return likeness(wanted).test(found);
    default:
      throw new Error(`the operator ${operator} is not known here`);
  }
}

/** `*` is any text and `?` any character; case counts. */
function likeness(pattern: string): RegExp {
  const escaped = pattern.replace(/[\\^$.|+()[\]{}]/g, "\\$&");
  return new RegExp(`^${escaped.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s");
}
