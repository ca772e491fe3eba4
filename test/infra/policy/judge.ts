import { type Props, type Resource, secretMark, unknownMark } from "../../../infra/policy/rule.ts";
import { rules } from "../../../infra/policy/rules.ts";
import { type StackFacts, stackFacts } from "../../../infra/policy/stack-facts.ts";
import type { Registered } from "../mock-engine.ts";

/** A stack of which nothing is known but its name and what its targets ask for. */
export function factsOf(stack = "dev", targets: Readonly<Record<string, object>> = {}): StackFacts {
  const services = Object.entries(targets).map(([name, target]) => [name, { target }]);
  const config = { "slipway:services": JSON.stringify(Object.fromEntries(services)) };
  return stackFacts(stack, new Map(Object.entries(config)));
}

/** A resource by what a rule looks at. */
export function resource(
  type: string,
  props: Props,
  { name = "web", protect = false }: { name?: string; protect?: boolean } = {},
): Resource {
  return { type, name, props, protect };
}

/** What the program registered, as the pack is told of it. */
export function asked({ type, name, inputs, options }: Registered): Resource {
  return { type, name, props: marked(inputs) as Props, protect: options.protect === true };
}

/** What all rules together say: `rule: type name: what is wrong`. */
export function judge(resources: readonly Resource[], facts: StackFacts): string[] {
  return rules.flatMap(({ name: rule, check, checkStack }) => [
    ...resources.flatMap((one) =>
      (check?.(one, facts) ?? []).map((clause) => `${rule}: ${one.type} ${one.name}: ${clause}`),
    ),
    ...(checkStack?.(resources, facts) ?? []).map((clause) => `${rule}: ${clause}`),
  ]);
}

function marked(value: unknown): unknown {
  if (value === "<unknown>") return unknownMark;
  if (Array.isArray(value)) return value.map(marked);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]?.[0] === "secret") return secretMark;
  return Object.fromEntries(entries.map(([key, inner]) => [key, marked(inner)]));
}
