import type { Plan, PlannedStep } from "../plan.ts";
import { type PropertyChange, propertyChanges } from "./property-changes.ts";

/** What can become of a resource, in the order in which it matters. */
export const kinds = ["replace", "delete", "update", "create"] as const;

export type Kind = (typeof kinds)[number];

/** What would become of one resource. */
export interface Change {
  readonly kind: Kind;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** The URN of the resource that it belongs to. */
  readonly parent: string | undefined;
  /** None for what is deleted. */
  readonly properties: readonly PropertyChange[];
}

/** What a plan changes, one entry for each resource: replacements and deletions first, else in the order of the plan. */
export function changesOf({ steps }: Plan): Change[] {
  const changes = [...Map.groupBy(steps, ({ urn }) => urn).values()].flatMap(
    (ofOne) => changeOf(ofOne) ?? [],
  );
  return changes.toSorted((one, other) => kinds.indexOf(one.kind) - kinds.indexOf(other.kind));
}

/** How many resources a plan leaves as they are. */
export function unchangedIn({ steps }: Plan): number {
  return steps.filter(({ op }) => op === "same").length;
}

/** What would become of a resource; undefined when it is only looked at. */
export function kindOf(steps: readonly PlannedStep[]): Kind | undefined {
  const ops = steps.map(({ op }) => op);
  if (
    ops.some(
      (op) => op === "replace" || (/-replace(?:d|ment)$/.test(op) && op !== "read-replacement"),
    )
  )
    return "replace";
  if (ops.includes("delete")) return "delete";
  if (ops.includes("update")) return "update";
  return ops.some((op) => op === "create" || op === "import") ? "create" : undefined;
}

function changeOf(steps: readonly PlannedStep[]): Change | undefined {
  const kind = kindOf(steps);
  const step = steps.find(({ op }) => op === kind) ?? steps.find(hasBoth) ?? steps[0];
  if (kind === undefined || step === undefined) return undefined;
  const { urn } = step;
  const state = step.newState ?? step.oldState;
  return {
    kind,
    urn,
    type: state?.type ?? typeIn(urn),
    name: urn.slice(urn.lastIndexOf("::") + 2),
    parent: state?.parent,
    properties: kind === "delete" ? [] : propertyChanges(step),
  };
}

function hasBoth({ oldState, newState }: PlannedStep): boolean {
  return oldState !== undefined && newState !== undefined;
}

/** The last of the types in a URN, of which a child has its parents' before its own. */
function typeIn(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}
