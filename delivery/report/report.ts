import { type Held, heldBack } from "../guard.ts";
import type { StackState } from "../stack-state.ts";
import { type Change, changesOf, type Kind, unchangedIn } from "./changes.ts";
import { type ImageOutlook, imageOutlook } from "./image-outlook.ts";
import type { Mask } from "./mask.ts";
import type { Previewed } from "./previewed.ts";
import type { Violation } from "./violations.ts";

/** All that is told of a preview, whoever shows it; nothing in it is secret. */
export interface Report {
  readonly project: string;
  readonly stack: string;
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
  /** Undefined when it could not be read. */
  readonly state: StackState | undefined;
  readonly policiesLeftOut: string | undefined;
  readonly mask: Mask;
}

/** Makes the report of a preview, whatever came of it. */
export function reportOf(previewed: Previewed, context: ReportContext): Report {
  const { code, plan, complaint, violations } = previewed;
  const { mask, state, project, stack, policiesLeftOut } = context;
  const said = (severity: string): string[] =>
    (plan?.diagnostics ?? [])
      .filter((diagnostic) => diagnostic.severity === severity && diagnostic.message.trim() !== "")
      .map(({ message }) => mask(message.trim()));
  const errors = said("error");
  return {
    project,
    stack,
    code,
    changes: plan ? changesOf(plan, mask) : [],
    unchanged: plan ? unchangedIn(plan) : 0,
    held: plan ? heldBack(plan).map((held) => ({ ...held, why: mask(held.why) })) : [],
    images: imageOutlook(code === 0 ? plan : undefined, state),
    errors: errors.length > 0 || code === 0 ? errors : [mask(complaint)].filter(Boolean),
    warnings: said("warning"),
    violations: violations.map((violation) => ({ ...violation, message: mask(violation.message) })),
    policiesLeftOut,
  };
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
