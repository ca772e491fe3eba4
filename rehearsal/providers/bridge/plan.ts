import type { ChangeKind } from "../provider.ts";
import { canonical, isProperties, type Properties, UNKNOWN, type Value } from "../values.ts";
import type { Field, Schema } from "./schema.ts";

// The plan of a bridged type: what its properties will be, from the inputs and the state before, and how that differs.

/** The properties after a create (`state` undefined) or an update; what nobody gave and nothing fills in is left out. */
export function plan(
  schema: Schema,
  inputs: Properties,
  state: Properties | undefined,
): Properties {
  const planned: Properties = {};
  for (const [name, field] of Object.entries(schema)) {
    const value = planField(field, inputs[name], state?.[name]);
    if (value !== undefined) planned[name] = value;
  }
  return planned;
}

/** A plan for a preview: what only the engine can fill in is unknown. */
export function withUnknowns(schema: Schema, planned: Properties): Properties {
  const unknown = Object.keys(schema).filter(
    (name) => planned[name] === undefined && (schema[name]?.output || schema[name]?.computed),
  );
  return { ...planned, ...Object.fromEntries(unknown.map((name) => [name, UNKNOWN])) };
}

/** How a plan differs from the state, by property path. */
export function changes(
  schema: Schema,
  state: Properties,
  planned: Properties,
): Record<string, ChangeKind> {
  const found: Record<string, ChangeKind> = {};
  for (const [name, field] of Object.entries(schema)) {
    if (field.output) continue;
    compare(field, state[name], planned[name], name, field.replaces === true, found);
  }
  return found;
}

/** Whether two values of a property mean the same. */
export function meansSame(
  field: Field,
  left: Value | undefined,
  right: Value | undefined,
): boolean {
  if (field.same?.(left, right)) return true;
  return canonical(normal(field, left)) === canonical(normal(field, right));
}

function planField(
  field: Field,
  input: Value | undefined,
  old: Value | undefined,
): Value | undefined {
  if (input === undefined || input === null) {
    if (field.default !== undefined) return field.default;
    return field.computed || field.output ? old : undefined;
  }
  if (field.is === "block" && isProperties(input)) {
    return plan(field.fields ?? {}, input, isProperties(old) ? old : undefined);
  }
  const items = field.items;
  if (
    (field.is === "list" || field.is === "set") &&
    items?.is === "block" &&
    Array.isArray(input)
  ) {
    const before = field.is === "list" && Array.isArray(old) ? old : [];
    return input.map((item, index) => {
      const was = before[index];
      return isProperties(item)
        ? plan(items.fields ?? {}, item, isProperties(was) ? was : undefined)
        : item;
    });
  }
  return input;
}

function compare(
  field: Field,
  old: Value | undefined,
  planned: Value | undefined,
  at: string,
  replaces: boolean,
  found: Record<string, ChangeKind>,
): void {
  if (meansSame(field, old, planned)) return;
  if (field.is === "block" && isProperties(old) && isProperties(planned)) {
    for (const [name, inner] of Object.entries(field.fields ?? {})) {
      compare(
        inner,
        old[name],
        planned[name],
        `${at}.${name}`,
        replaces || inner.replaces === true,
        found,
      );
    }
    return;
  }
  if (
    field.is === "list" &&
    Array.isArray(old) &&
    Array.isArray(planned) &&
    old.length === planned.length
  ) {
    const items = field.items as Field;
    for (const [index, item] of planned.entries()) {
      compare(
        items,
        old[index],
        item,
        `${at}[${index}]`,
        replaces || items.replaces === true,
        found,
      );
    }
    return;
  }
  const kind = isEmpty(field, old) ? "add" : isEmpty(field, planned) ? "delete" : "update";
  found[at] = replaces ? `${kind}-replace` : kind;
}

function isEmpty(field: Field, value: Value | undefined): boolean {
  return normal(field, value) === undefined;
}

/** A value with everything that does not count taken out: empty values, the order of a set. */
function normal(field: Field, value: Value | undefined): Value | undefined {
  if (value === undefined || value === null || value === "" || value === 0 || value === false)
    return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => (field.items && normal(field.items, item)) ?? null);
    if (items.length === 0) return undefined;
    return field.is === "set"
      ? items.sort((left, right) => (canonical(left) < canonical(right) ? -1 : 1))
      : items;
  }
  if (!isProperties(value)) return value;
  const inner = field.fields;
  const known = Object.entries(value).flatMap(([key, item]): [string, Value][] => {
    const kept = inner ? inner[key] && normal(inner[key], item) : item;
    return kept === undefined ? [] : [[key, kept]];
  });
  return known.length === 0 && !inner ? undefined : Object.fromEntries(known);
}
