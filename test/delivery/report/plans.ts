import type { Plan, PlannedState, PlannedStep } from "../../../delivery/plan.ts";
import { maskFor } from "../../../delivery/report/mask.ts";
import { type Report, type ReportContext, reportOf } from "../../../delivery/report/report.ts";
import { noState } from "../../../delivery/state/stack-state.ts";

const stack = "urn:pulumi:staging::slipway::";

/** The URN of a resource of the stack `staging`; its type may have those of its parents before it. */
export function urnOf(type: string, name: string): string {
  return `${stack}${type}::${name}`;
}

/** A step as `pulumi preview --json` would have it: `before` and `after` are inputs. */
export function step(
  op: string,
  type: string,
  name: string,
  { before, after, parent, ...more }: StepOptions = {},
): PlannedStep {
  const state = (inputs: PlannedState["inputs"]): PlannedState => ({
    type: type.split("$").at(-1) ?? type,
    custom: true,
    inputs,
    ...(parent && { parent }),
  });
  return {
    op,
    urn: urnOf(type, name),
    ...(before && { oldState: state(before) }),
    ...(after && { newState: state(after) }),
    ...more,
  };
}

type StepOptions = Partial<Pick<PlannedStep, "replaceReasons" | "diffReasons" | "detailedDiff">> & {
  readonly before?: PlannedState["inputs"];
  readonly after?: PlannedState["inputs"];
  readonly parent?: string;
};

/** The report of a plan that came to its end. */
export function reportFor(
  steps: readonly PlannedStep[],
  {
    code = 0,
    complaint = "",
    violations = [],
    diagnostics = [],
    env = {},
    ...context
  }: ReportOptions = {},
): Report {
  return reportOf(
    { code, complaint, violations, plan: { steps, diagnostics } },
    {
      project: "slipway",
      stack: "staging",
      run: undefined,
      state: noState,
      policiesLeftOut: undefined,
      mask: maskFor(env),
      ...context,
    },
  );
}

type ReportOptions = Partial<ReportContext> & {
  readonly code?: number;
  readonly complaint?: string;
  readonly violations?: Report["violations"];
  readonly diagnostics?: Plan["diagnostics"];
  readonly env?: Readonly<Record<string, string>>;
};

/** A plan that creates, changes, replaces and deletes. */
export const busy: readonly PlannedStep[] = [
  step("create", "gcp:storage/bucket:Bucket", "logs", { after: { location: "EU" } }),
  step("same", "gcp:storage/bucket:Bucket", "kept", { before: {}, after: {} }),
  step("update", "gcp:cloudrunv2/service:Service", "web", {
    before: { template: { timeout: "60s" } },
    after: { template: { timeout: "90s" } },
    detailedDiff: { "template.timeout": { diffKind: "update" } },
  }),
  step("delete", "gcp:storage/bucket:Bucket", "old", { before: { location: "EU" } }),
  step("create-replacement", "gcp:sql/databaseInstance:DatabaseInstance", "db", {
    before: { region: "europe-west1", tier: "small" },
    after: { region: "europe-north1", tier: "big" },
    replaceReasons: ["region"],
  }),
  step("replace", "gcp:sql/databaseInstance:DatabaseInstance", "db", {
    before: { region: "europe-west1", tier: "small" },
    after: { region: "europe-north1", tier: "big" },
    replaceReasons: ["region"],
    detailedDiff: { region: { diffKind: "update-replace" }, tier: { diffKind: "update" } },
  }),
  step("delete-replaced", "gcp:sql/databaseInstance:DatabaseInstance", "db", {
    before: { region: "europe-west1", tier: "small" },
  }),
];
