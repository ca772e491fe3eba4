import { isSensitive, masked, secretSignature, unknownValue } from "./mask.ts";

/** One value at the end of a path of a resource's properties. */
export interface Leaf {
  /** As Pulumi writes it: `template.containers[0].image`. */
  readonly path: string;
  /** As JSON, without what its name or Pulumi says is secret; the shapes of secrets are masked in the finished report. */
  readonly shown: string;
  /** As JSON, with all secrets: only ever compared. */
  readonly exact: string;
}

/** How deep properties are looked into, so that no value of a branch can exhaust the stack. */
const deepest = 100;

/**
 * The values of a resource's properties by a label that stays the same when a list grows: things with names go by their
 * names, and JSON inside a string is looked into. What is nested more than 100 deep is one value, and not shown.
 */
export function leavesOf(
  properties: Readonly<Record<string, unknown>> | undefined,
): Map<string, Leaf> {
  const found = new Map<string, Leaf>();
  walk(properties ?? {}, { label: "", path: "", isSecret: false, depth: 0 }, found);
  return found;
}

interface Place {
  readonly label: string;
  readonly path: string;
  readonly isSecret: boolean;
  readonly depth: number;
}

function walk(value: unknown, at: Place, found: Map<string, Leaf>): void {
  const inner = typeof value === "string" ? parsedObject(value) : value;
  const parts = partsOf(inner, at);
  const { label, path, isSecret, depth } = at;
  if (parts !== undefined && (parts.length > 0 || path === "") && depth < deepest) {
    for (const [part, place] of parts) walk(part, place, found);
    return;
  }
  const exact = exactOf(value);
  if (isSecret || isEnvelope(value)) found.set(label, { path, shown: masked, exact });
  // Names in it that would say what is secret have not been seen.
  else if (parts !== undefined && parts.length > 0)
    found.set(label, { path, shown: tooDeep, exact });
  else found.set(label, { path, shown: shownOf(value), exact });
}

const tooDeep = `(nested more than ${deepest} deep)`;

function exactOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "null";
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return tooDeep;
  }
}

/** The members of an object or a list; undefined for what is a leaf. */
function partsOf(value: unknown, at: Place): (readonly [unknown, Place])[] | undefined {
  if (typeof value !== "object" || value === null || isEnvelope(value)) return undefined;
  if (Array.isArray(value)) {
    const names = namesOf(value);
    return value.map((item, index) => [
      item,
      {
        label: `${at.label}[${names?.[index] ?? index}]`,
        path: `${at.path}[${index}]`,
        isSecret: at.isSecret,
        depth: at.depth + 1,
      },
    ]);
  }
  const members = value as Readonly<Record<string, unknown>>;
  // A variable: its own name says what its value is.
  const holdsSecret = typeof members.name === "string" && isSensitive(members.name);
  return (
    Object.entries(members)
      // What a provider notes for itself.
      .filter(([key]) => key !== "__defaults")
      .map(([key, item]) => [
        item,
        {
          label: joined(at.label, key),
          path: joined(at.path, key),
          isSecret: at.isSecret || isSensitive(key) || (holdsSecret && key === "value"),
          depth: at.depth + 1,
        },
      ])
  );
}

function joined(path: string, key: string): string {
  if (!/^[\w$-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

/** The names of a list's things, where each has one of its own. */
function namesOf(list: readonly unknown[]): readonly string[] | undefined {
  const names = list.map((item) => (item as { name?: unknown } | null)?.name);
  const areNames = names.every((name): name is string => typeof name === "string" && name !== "");
  return areNames && new Set(names).size === list.length ? names : undefined;
}

function isEnvelope(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, secretSignature);
}

function parsedObject(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return text;
  try {
    const value = JSON.parse(text) as unknown;
    return Object.keys(value as object).length > 0 ? value : text;
  } catch {
    return text;
  }
}

function shownOf(value: unknown): string {
  if (value === unknownValue) return "(known after the update)";
  if (value === masked) return masked;
  if (typeof value !== "string") return JSON.stringify(value) ?? "null";
  // `NAME=value`, as containers have their variables.
  const variable = /^([A-Za-z_][\w.-]*)=/.exec(value);
  if (variable?.[1] && isSensitive(variable[1])) return JSON.stringify(`${variable[1]}=${masked}`);
  return JSON.stringify(value);
}
