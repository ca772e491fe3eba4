import { type Held, heldBack } from "../guard/guard.ts";
import type { StackState } from "../state/stack-state.ts";
import { type Change, changesOf, type Kind, unchangedIn } from "./changes.ts";
import { type ImageOutlook, imageOutlook } from "./image-outlook.ts";
import { type Mask, maskedAll } from "./mask.ts";
import type { PipelineRun } from "./pipeline-run.ts";
import type { Previewed } from "./previewed.ts";
import type { Violation } from "./violations.ts";

/** All that is told of a preview, whoever shows it; nothing in it is secret. */
export interface Report {
  readonly project: string;
  readonly stack: string;
  /** Undefined outside of a pipeline. */
  readonly run: PipelineRun | undefined;
  /** Pulumi's exit code: 0 when the preview came to its end and nothing forbids what it says. */
  readonly code: number;
  readonly changes: readonly Change[];
  readonly unchanged: number;
  /** What the guard will hold back. */
  readonly held: readonly Held[];
  readonly images: readonly ImageOutlook[];
  /** What went wrong, as Pulumi and the program said it. */
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly violations: readonly Violation[];
  /** Why the policies were not checked; undefined when they were. */
  readonly policiesLeftOut: string | undefined;
}

/** What is known beside the preview itself. */
export interface ReportContext {
  readonly project: string;
  readonly stack: string;
  readonly run: PipelineRun | undefined;
  /** Undefined when it could not be read. */
  readonly state: StackState | undefined;
  readonly policiesLeftOut: string | undefined;
  readonly mask: Mask;
}

/** Makes the report of a preview, whatever came of it. Every text in it has gone through the mask. */
export function reportOf(previewed: Previewed, context: ReportContext): Report {
  const { code, plan, complaint, violations } = previewed;
  const { mask, state, project, stack, run, policiesLeftOut } = context;
  const said = (severity: string): string[] =>
    (plan?.diagnostics ?? [])
      .filter((diagnostic) => diagnostic.severity === severity && diagnostic.message.trim() !== "")
      .map(({ message }) => message.trim());
  const errors = said("error");
  const report: Report = {
    project,
    stack,
    run,
    code,
    changes: plan ? changesOf(plan) : [],
    unchanged: plan ? unchangedIn(plan) : 0,
    held: plan ? heldBack(plan) : [],
    images: imageOutlook(code === 0 ? plan : undefined, state),
    errors: errors.length > 0 || code === 0 ? errors : [complaint].filter(Boolean),
    warnings: said("warning"),
    violations,
    policiesLeftOut,
  };
  return maskedAll(report, mask);
}

/** How many resources of each kind a report tells of. */
export function counts({ changes }: Report): Record<Kind, number> {
  const of = (kind: Kind): number => changes.filter((change) => change.kind === kind).length;
  return {
    replace: of("replace"),
    delete: of("delete"),
    update: of("update"),
    create: of("create"),
  };
}
