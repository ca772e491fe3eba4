import type { Value } from "../values.ts";

// The shape of a bridged resource type: its properties with what the engine of such a type does with each.

/** A resource's or a nested object's properties by name. */
export type Schema = { readonly [name: string]: Field };

/** One property. */
export interface Field extends FieldRules {
  readonly is: "text" | "flag" | "whole" | "decimal" | "list" | "set" | "map" | "block";
  /** What a list, set or map holds. */
  readonly items?: Field;
  /** What a block holds. */
  readonly fields?: Schema;
}

export interface FieldRules {
  readonly required?: true;
  /** Taken when the program gives nothing. */
  readonly default?: Value;
  /** The provider may fill it in: left alone when the program gives nothing. */
  readonly computed?: true;
  /** Only the provider sets it; a program cannot. */
  readonly output?: true;
  /** A change makes a new resource. */
  readonly replaces?: true;
  /** Says what is wrong with a known value; undefined when nothing is. */
  readonly refuses?: (value: Value) => string | undefined;
  /** Two values that mean the same, although they are written differently. */
  readonly same?: (old: Value | undefined, planned: Value | undefined) => boolean;
}

export const text = (rules: FieldRules = {}): Field => ({ is: "text", ...rules });
export const flag = (rules: FieldRules = {}): Field => ({ is: "flag", ...rules });
export const whole = (rules: FieldRules = {}): Field => ({ is: "whole", ...rules });
export const decimal = (rules: FieldRules = {}): Field => ({ is: "decimal", ...rules });
export const list = (items: Field, rules: FieldRules = {}): Field => ({
  is: "list",
  items,
  ...rules,
});
/** A list whose order does not count. */
export const set = (items: Field, rules: FieldRules = {}): Field => ({
  is: "set",
  items,
  ...rules,
});
/** Texts by free keys. */
export const map = (rules: FieldRules = {}): Field => ({ is: "map", items: text(), ...rules });
/** A nested object. */
export const block = (fields: Schema, rules: FieldRules = {}): Field => ({
  is: "block",
  fields,
  ...rules,
});
