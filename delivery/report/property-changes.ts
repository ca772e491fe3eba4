import type { PlannedStep } from "../plan.ts";
import { type Leaf, leavesOf } from "./leaves.ts";

/** How one property differs; before and after are JSON without secrets, undefined where there is none. */
export interface PropertyChange {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** Whether this is what forces a replacement. */
  readonly replaces: boolean;
}

/**
 * What differs between the properties that a resource has and those it is to have: found by comparing them, and, where the
 * provider names more than that (a secret, for one), named without values. What forces a replacement comes first.
 */
export function propertyChanges(step: PlannedStep): PropertyChange[] {
  const before = leavesOf(step.oldState?.inputs);
  const after = leavesOf(step.newState?.inputs);
  const forcing = forcingPaths(step);
  const labels = [...new Set([...before.keys(), ...after.keys()])];
  const compared = labels
    .map((label) => ({ label, old: before.get(label), now: after.get(label) }))
    .filter(({ old, now }) => old?.exact !== now?.exact);
  const paths = compared.flatMap(({ old, now }) => [old?.path, now?.path]);
  const changes = compared.map(({ label, old, now }) => ({
    path: label,
    before: old?.shown,
    after: now?.shown,
    replaces: forcing.some((path) => [old, now].some((leaf) => isWithin(leaf, path))),
  }));
  const named = step.op === "create" ? [] : Object.keys(step.detailedDiff ?? {});
  const unseen = [...new Set([...named, ...forcing])]
    .filter((path) => !paths.some((seen) => seen !== undefined && meets(seen, path)))
    .map((path) => ({
      path,
      before: leafAt(before, path)?.shown,
      after: leafAt(after, path)?.shown,
      replaces: forcing.includes(path),
    }));
  return [...changes, ...unseen].toSorted((a, b) => Number(b.replaces) - Number(a.replaces));
}

function forcingPaths({ replaceReasons, detailedDiff }: PlannedStep): string[] {
  const detailed = Object.entries(detailedDiff ?? {})
    .filter(([, { diffKind }]) => diffKind?.endsWith("-replace"))
    .map(([path]) => path);
  // The reasons name whole properties; the details say which part of one.
  const coarse = (replaceReasons ?? []).filter(
    (reason) => !detailed.some((path) => meets(path, reason)),
  );
  return [...detailed, ...coarse];
}

function isWithin(leaf: Leaf | undefined, path: string): boolean {
  return leaf !== undefined && meets(leaf.path, path);
}

/** Whether one path is the other, or leads to it. */
function meets(one: string, other: string): boolean {
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  return long === short || (long.startsWith(short) && /^[.[]/.test(long.slice(short.length)));
}

function leafAt(leaves: ReadonlyMap<string, Leaf>, path: string): Leaf | undefined {
  return [...leaves.values()].find((leaf) => leaf.path === path);
}
