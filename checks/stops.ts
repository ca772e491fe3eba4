import type { Outcome } from "./run-checks.ts";

/**
 * The sentence for which a run of checks fails, such as `failed: black, isort`; undefined if there is none. A machine may lack
 * a tool, and says so; a pipeline may not, or it would be green for what nobody looked at.
 */
export function stops(
  checks: readonly { readonly name: string }[],
  outcomes: readonly Outcome[],
  isPipeline: boolean,
): string | undefined {
  const named = (outcome: Outcome): string =>
    checks
      .filter((_, index) => outcomes[index] === outcome)
      .map(({ name }) => name)
      .join(", ");
  const failed = named("failed");
  const skipped = isPipeline ? named("skipped") : "";
  const parts = [
    ...(failed ? [`failed: ${failed}`] : []),
    ...(skipped ? [`skipped, which a pipeline must not: ${skipped}; see above what it lacks`] : []),
  ];
  return parts.length > 0 ? parts.join("; ") : undefined;
}
