import { keepsToKnown } from "./known-callers.ts";
import { listOf, mapOf, type Resource, textOf } from "./rule.ts";

/** One statement of a policy. */
export interface PolicyStatement {
  /** Its name, or its number within the policy. */
  readonly sid: string;
  readonly isAllow: boolean;
  /** Whom it is about; `*` is everybody. None where the policy is a role's own. */
  readonly principals: readonly string[];
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Whether it is about all but what it names. */
  readonly isInverse: boolean;
  /** Whether a condition keeps it to callers that it names. */
  readonly isKept: boolean;
}

/** The statements of every policy among a resource's inputs; none where it is no resource of AWS or not known yet. */
export function policiesOf({ type, props }: Resource): readonly PolicyStatement[] {
  if (!type.startsWith("aws:")) return [];
  const inline = listOf(props.inlinePolicies).map((one) => mapOf(one).policy);
  return [props.policy, props.assumeRolePolicy, ...inline].flatMap(statements);
}

function statements(policy: unknown): PolicyStatement[] {
  const { Statement } = document(policy);
  return oneOrMore(Statement).map((value, index) => {
    const one = mapOf(value);
    return {
      sid: textOf(one.Sid) || `number ${index + 1}`,
      isAllow: one.Effect === "Allow",
      principals: principals(one.Principal),
      actions: oneOrMore(one.Action).map(textOf),
      resources: oneOrMore(one.Resource).map(textOf),
      isInverse: ["NotAction", "NotResource", "NotPrincipal"].some((key) => key in one),
      isKept: keepsToKnown(one.Condition),
    };
  });
}

/** A policy as text, the way AWS takes it, or as the map that some resources take. */
function document(policy: unknown) {
  try {
    return mapOf(typeof policy === "string" ? JSON.parse(policy) : policy);
  } catch {
    return {};
  }
}

function principals(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return Object.values(mapOf(value)).flatMap(oneOrMore).map(textOf);
}

function oneOrMore(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
