import type { CheckFailure } from "../provider.ts";
import { isProperties, type Properties, UNKNOWN, type Value } from "../values.ts";
import type { Field, Schema } from "./schema.ts";

// The check of a bridged type: types, required and unknown properties, rules, and the defaults with their `__defaults` lists.

/** The key under which a bridged type remembers, per object, which inputs are defaults. */
export const DEFAULTS = "__defaults";

/**
 * Checks inputs against a schema and adds the defaults that are not false, zero or empty; a default that the last inputs
 * were given is given again. Failures carry the path of the property, such as `ports[0].internal`.
 */
export function checkInputs(schema: Schema, news: Properties, olds: Properties | undefined) {
  const failures: CheckFailure[] = [];
  const inputs = checkFields(schema, news, olds, "", failures);
  return { inputs, failures };
}

function checkFields(
  schema: Schema,
  news: Properties,
  olds: Properties | undefined,
  at: string,
  failures: CheckFailure[],
): Properties {
  const inputs: Properties = {};
  const defaults: string[] = [];
  for (const [name, value] of Object.entries(news)) {
    const field = schema[name];
    if (name === DEFAULTS || value === null) continue;
    if (!field || field.output) {
      const known = Object.keys(schema).filter((key) => !schema[key]?.output);
      failures.push({
        property: join(at, name),
        reason: `not a property of this; it has ${known.join(", ")}`,
      });
    } else inputs[name] = checkField(field, value, olds?.[name], join(at, name), failures);
  }
  for (const [name, field] of Object.entries(schema)) {
    if (inputs[name] !== undefined || field.output) continue;
    const fallback = isDefault(olds, name) ? olds?.[name] : field.default || undefined;
    if (fallback !== undefined) {
      inputs[name] = fallback;
      defaults.push(name);
    } else if (field.required) {
      failures.push({ property: join(at, name), reason: "required, but missing" });
    }
  }
  return { ...inputs, [DEFAULTS]: defaults.sort() };
}

function checkField(
  field: Field,
  value: Value,
  old: Value | undefined,
  at: string,
  failures: CheckFailure[],
): Value {
  if (value === UNKNOWN) return value;
  const refuse = (reason: string): Value => {
    failures.push({ property: at, reason });
    return value;
  };
  const wrong = (expected: string): Value => refuse(`expected ${expected}, got ${nameOf(value)}`);
  let checked = value;
  if (field.is === "list" || field.is === "set") {
    if (!Array.isArray(value)) return wrong("a list");
    const items = field.items as Field;
    checked = value.map((item, index) =>
      checkField(
        items,
        item,
        Array.isArray(old) ? old[index] : undefined,
        `${at}[${index}]`,
        failures,
      ),
    );
  } else if (field.is === "block") {
    if (!isProperties(value)) return wrong("an object");
    checked = checkFields(
      field.fields ?? {},
      value,
      isProperties(old) ? old : undefined,
      at,
      failures,
    );
  } else if (field.is === "map") {
    if (!isProperties(value)) return wrong("an object");
    const items = field.items as Field;
    checked = Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        checkField(items, item, undefined, join(at, key), failures),
      ]),
    );
  } else {
    const scalar = toScalar(field.is, value);
    if (scalar === undefined)
      return wrong(
        { text: "a string", flag: "a boolean", whole: "a whole number", decimal: "a number" }[
          field.is
        ],
      );
    checked = scalar;
  }
  const reason = field.refuses?.(checked);
  return reason === undefined ? checked : refuse(reason);
}

/** Scalars are taken in each other's clothes, as the bridge does: "8080" for 8080, true for "true". */
function toScalar(is: "text" | "flag" | "whole" | "decimal", value: Value): Value | undefined {
  if (typeof value === "object") return undefined;
  if (is === "text") return String(value);
  if (is === "flag")
    return typeof value === "boolean" ? value : { true: true, false: false }[String(value)];
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number !== "number" || Number.isNaN(number)) return undefined;
  return is === "decimal" || Number.isInteger(number) ? number : undefined;
}

/** Whether the last inputs have this property by default, not by the program. */
export function isDefault(olds: Properties | undefined, name: string): boolean {
  const defaults = olds?.[DEFAULTS];
  return Array.isArray(defaults) && defaults.includes(name);
}

function join(at: string, name: string): string {
  const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : `["${name}"]`;
  return at === "" || key.startsWith("[") ? `${at}${key}` : `${at}.${key}`;
}

function nameOf(value: Value): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `${typeof value} ${JSON.stringify(value)}`;
}
