import { z } from "zod";
import { UserError } from "../setup/user-error.ts";

/** What `pulumi preview --json` says would happen. It may hold values of the configuration: what is shown of it is chosen. */
export interface Plan {
  /** Every resource the preview looked at, in the order of the work; those that stay the same too. */
  readonly steps: readonly PlannedStep[];
  /** What the engine, the program and the providers said. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What would happen to one resource; a replacement is several steps with one URN. */
export interface PlannedStep {
  /** Pulumi's word: `create`, `update`, `delete`, `same`, `replace`, `create-replacement`, `delete-replaced`, `read`, `refresh`, … */
  readonly op: string;
  readonly urn: string;
  readonly oldState?: PlannedState | undefined;
  readonly newState?: PlannedState | undefined;
  /** The inputs that force a replacement. */
  readonly replaceReasons?: readonly string[] | null | undefined;
  /** The inputs that differ. */
  readonly diffReasons?: readonly string[] | null | undefined;
  /** By property path: how it differs; `add`, `delete`, `update`, and each with `-replace`. */
  readonly detailedDiff?:
    | Readonly<Record<string, { readonly diffKind?: string | undefined }>>
    | null
    | undefined;
}

/** A resource as the state holds it, or as the program asks for it; secrets stand as `[secret]`. */
export interface PlannedState {
  readonly type: string;
  readonly custom?: boolean | undefined;
  readonly parent?: string | undefined;
  readonly protect?: boolean | undefined;
  /** Whether it stays in the cloud when it leaves the state. */
  readonly retainOnDelete?: boolean | undefined;
  readonly inputs?: Readonly<Record<string, unknown>> | undefined;
  readonly outputs?: Readonly<Record<string, unknown>> | undefined;
}

export interface Diagnostic {
  readonly urn?: string | undefined;
  readonly message: string;
  /** `info`, `info#err`, `warning` or `error`. */
  readonly severity: string;
}

/** What Pulumi's CLI needs in its environment to print a plan, and nothing beside it. */
export const asPlan = {
  PULUMI_SKIP_UPDATE_CHECK: "true",
  // Else the plan comes as a stream of events.
  PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "false",
} as const;

/**
 * Reads what `pulumi preview --json` prints.
 * @throws UserError when it is of another form.
 */
export function readPlan(json: string): Plan {
  try {
    const { steps, diagnostics } = planForm.parse(JSON.parse(json));
    return { steps: steps ?? [], diagnostics: diagnostics ?? [] };
  } catch (error) {
    throw new UserError(
      "pulumi preview --json: its answer is of an unknown form; use a Pulumi CLI that this checkout knows",
      { cause: error },
    );
  }
}

const stateForm = z.object({
  type: z.string(),
  custom: z.boolean().optional(),
  parent: z.string().optional(),
  protect: z.boolean().optional(),
  retainOnDelete: z.boolean().optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  outputs: z.record(z.string(), z.unknown()).optional(),
});

const reasons = z.array(z.string()).nullish();

/** A preview calls it `kind`, and the events of an update `diffKind`. */
const difference = z
  .object({ kind: z.string().optional(), diffKind: z.string().optional() })
  .transform(({ kind, diffKind }) => ({ diffKind: kind ?? diffKind }));

const planForm = z.object({
  steps: z
    .array(
      z.object({
        op: z.string(),
        urn: z.string(),
        oldState: stateForm.optional(),
        newState: stateForm.optional(),
        replaceReasons: reasons,
        diffReasons: reasons,
        detailedDiff: z.record(z.string(), difference).nullish(),
      }),
    )
    .nullish(),
  diagnostics: z
    .array(z.object({ urn: z.string().optional(), message: z.string(), severity: z.string() }))
    .nullish(),
});
