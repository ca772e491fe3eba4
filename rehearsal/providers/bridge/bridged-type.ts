import type { Call, ResourceType } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import { isProperties, type Properties } from "../values.ts";
import { type Autonamed, autoname } from "./autoname.ts";
import { checkInputs, DEFAULTS, isDefault } from "./check.ts";
import { changes, meansSame, plan, withUnknowns } from "./plan.ts";
import type { Schema } from "./schema.ts";

// A resource type as Pulumi's Terraform bridge makes it, from a schema and the four things that touch the outside.

/** What makes one bridged type. */
export interface BridgedType {
  readonly schema: Schema;
  /** Gives `name`, or the property said here, a value when the program gives none. */
  readonly autonamed?: true | Autonamed;
  /** When a replacement deletes the old one first; "explicit name": only if the program named it. */
  readonly deleteBeforeReplace: "always" | "explicit name" | "never";
  /** Whether `import` and `get` work; the default is no. */
  readonly importable?: true;
  /** Refuses inputs that no single property's rule can judge. */
  readonly check?: (inputs: Properties) => { property: string; reason: string }[];
  /** Adds to a plan what the provider itself works out, without asking the outside. */
  readonly complete?: (planned: Properties) => Properties;
  /** Creates it from the full plan and returns its state, read back. */
  create(planned: Properties, call: Call): Promise<{ id: string; state: Properties }>;
  /** The state now; undefined when it is gone. `state` is empty on an import. */
  read(id: string, state: Properties, call: Call): Promise<Properties | undefined>;
  /** Updates in place; `changed` has the first keys of what differs. The default takes the plan as the state. */
  update?(update: Update, call: Call): Promise<Properties>;
  delete(id: string, state: Properties, call: Call): Promise<void>;
}

export interface Update {
  readonly id: string;
  readonly state: Properties;
  readonly planned: Properties;
  readonly changed: readonly string[];
}

/** Gives a bridged type its whole life. */
export function bridgedType(type: BridgedType): ResourceType {
  const { schema } = type;
  const named: Autonamed | undefined =
    type.autonamed === true ? { property: "name" } : type.autonamed;
  const planOf = (inputs: Properties, state: Properties | undefined): Properties => {
    const planned = plan(schema, inputs, state);
    return type.complete?.(planned) ?? planned;
  };
  return {
    async check(request) {
      const key = named?.property ?? "name";
      const name =
        named && (request.news[key] ?? undefined) === undefined
          ? autoname(request, named)
          : undefined;
      const news = name === undefined ? request.news : { ...request.news, [key]: name };
      const { inputs, failures } = checkInputs(schema, news, request.olds);
      if (name !== undefined) inputs[DEFAULTS] = [...(inputs[DEFAULTS] as string[]), key].sort();
      return {
        inputs,
        failures: [...failures, ...(failures.length > 0 ? [] : (type.check?.(inputs) ?? []))],
      };
    },

    async diff({ state, news, ignoreChanges }) {
      const found = changes(schema, state, planOf(news, state));
      for (const path of Object.keys(found)) {
        if (
          ignoreChanges.some(
            (ignored) =>
              ignored === "*" ||
              path === ignored ||
              path.startsWith(`${ignored}.`) ||
              path.startsWith(`${ignored}[`),
          )
        ) {
          delete found[path];
        }
      }
      const first = type.deleteBeforeReplace;
      return {
        changes: found,
        deleteBeforeReplace:
          first === "always" ||
          (first === "explicit name" && !isDefault(news, named?.property ?? "name")),
      };
    },

    async create({ inputs }, call) {
      const planned = planOf(inputs, undefined);
      if (call.preview) return { id: "", state: withUnknowns(schema, planned) };
      return type.create(planned, call);
    },

    async read({ id, state, inputs }, call) {
      if (!state && !type.importable)
        throw new RuleError("this type of resource cannot be imported");
      const now = await type.read(id, state ?? {}, call);
      return now && { id, state: now, inputs: inputsOf(schema, now, state ? inputs : undefined) };
    },

    async update({ id, state, inputs }, call) {
      const planned = planOf(inputs, state);
      if (call.preview || !type.update) return withUnknowns(schema, planned);
      const changed = [
        ...new Set(
          Object.keys(changes(schema, state, planned)).map((path) => path.split(/[.[]/)[0] ?? path),
        ),
      ];
      return type.update({ id, state, planned, changed }, call);
    },

    delete: ({ id, state }, call) => type.delete(id, state, call),
  };
}

/** The inputs that would make this state: the last ones with what has drifted, or for an import everything that is set. */
function inputsOf(schema: Schema, state: Properties, inputs: Properties | undefined): Properties {
  const result: Properties = {};
  const source = inputs ?? state;
  const planned = plan(schema, source, state);
  const drifted: string[] = [];
  for (const [name, field] of Object.entries(schema)) {
    const value = source[name];
    if (field.output || value === undefined) continue;
    if (!inputs && (field.computed || meansSame(field, value, field.default))) continue;
    if (meansSame(field, planned[name], state[name])) result[name] = value;
    else {
      drifted.push(name);
      if (state[name] !== undefined) result[name] = state[name];
    }
  }
  const defaults =
    inputs && isProperties(inputs) && Array.isArray(inputs[DEFAULTS]) ? inputs[DEFAULTS] : [];
  return { ...result, [DEFAULTS]: defaults.filter((name) => !drifted.includes(String(name))) };
}
