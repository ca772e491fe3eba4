import { z } from "zod";
import { run } from "../setup/run.ts";
import { UserError } from "../setup/user-error.ts";
import { previewFailure } from "./guard/preview-failure.ts";
import { asPlan, type PlannedStep, readPlan } from "./plan.ts";
import type { Stack } from "./state/stack.ts";

/** What a look at the cloud found. */
export interface Drift {
  /** How many of the stack's resources were asked for. */
  readonly compared: number;
  readonly drifted: readonly Drifted[];
}

/** A resource that the cloud has otherwise than the state. */
export interface Drifted {
  readonly urn: string;
  /** The paths of the properties that differ, without their values, or that the resource is gone. */
  readonly what: string;
}

/**
 * Asks the providers for every resource of a stack, and changes neither the state nor the cloud. What differs is for each
 * provider to say, so that properties which are another value at each look are no drift.
 * @throws UserError when it cannot be done.
 */
export async function readDrift({ name, pulumi }: Stack): Promise<Drift> {
  const { program, folder, env } = pulumi;
  const args = ["refresh", "--preview-only", "--json", "--non-interactive", "--stack", name];
  const { code, stdout, stderr } = await run(program, args, {
    cwd: folder,
    env: { ...env, ...asPlan },
  });
  if (code !== 0)
    throw new UserError(
      `stack ${name}: the cloud could not be compared: ${previewFailure(stdout, stderr)}`,
    );
  const drift = driftOf(stdout);
  if (drift.compared === 0) {
    throw new UserError(
      `stack ${name}: has no resources to compare; deliver with npm run deliver -- pulumi up --stack ${name}`,
    );
  }
  return drift;
}

/**
 * Reads what `pulumi refresh --preview-only --json` prints.
 * @throws UserError when it is of another form.
 */
export function driftOf(json: string): Drift {
  const { steps } = readPlan(json);
  const drifted = steps.flatMap((step) => {
    const what = whatOf(step);
    return what === undefined ? [] : [{ urn: step.urn, what }];
  });
  const { changeSummary = {} } = summaryForm.parse(JSON.parse(json));
  const counts = Object.entries(changeSummary).filter(([op]) => op !== "same");
  const counted = counts.reduce((sum, [, count]) => sum + count, 0);
  // A difference that the provider does not describe is in the summary alone.
  const untold = counted - drifted.length;
  const more = untold > 0 ? [{ urn: "beside these", what: `${untold} undescribed` }] : [];
  const compared = steps.filter(isAsked).length;
  return { compared, drifted: [...drifted, ...more] };
}

const summaryForm = z.object({ changeSummary: z.record(z.string(), z.number()).optional() });

/** Components and providers are in no cloud. */
function isAsked({ oldState }: PlannedStep): boolean {
  return oldState?.custom !== false && !oldState?.type.startsWith("pulumi:");
}

function whatOf({ op, detailedDiff, diffReasons }: PlannedStep): string | undefined {
  if (op === "delete") return "is gone";
  if (op !== "update") return undefined;
  const paths = Object.keys(detailedDiff ?? {});
  const properties = paths.length > 0 ? paths : (diffReasons ?? []);
  return `has other ${properties.toSorted().join(", ") || "values"}`;
}
