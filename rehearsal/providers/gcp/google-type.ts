import type { Autonamed } from "../bridge/autoname.ts";
import { type BridgedType, bridgedType, type Update } from "../bridge/bridged-type.ts";
import { map, type Schema, text } from "../bridge/schema.ts";
import type { Call, ResourceType } from "../provider.ts";
import { InitError, RuleError } from "../rule-error.ts";
import { isProperties, type Properties, UNKNOWN } from "../values.ts";
import { requireApi } from "./api-error.ts";
import { oneOf } from "./forms.ts";
import { type GoogleSession, projectOf } from "./session.ts";

// A resource type of the gcp provider: a bridged type with what all of Google's have in common.

/** What makes one type of Google's. */
export interface GoogleType extends Omit<BridgedType, "autonamed" | "deleteBeforeReplace"> {
  /** As the provider's errors name it, such as `SecretVersion`. */
  readonly kind: string;
  /** The API that must be switched on in the project, such as `run.googleapis.com`. */
  readonly api: string;
  readonly autonamed?: Autonamed;
  /** Whether it has labels of its own, the provider's and the effective ones. */
  readonly labelled?: true;
  /** Whether it can be kept from being deleted, or forgotten; with the policies beyond the usual ones. */
  readonly deletionPolicies?: readonly string[];
  /** Whether a replacement always deletes first; else it does where the program set the autonamed property itself. */
  readonly deletesFirst?: true;
}

const LABELS: Schema = {
  labels: map(),
  pulumiLabels: map({ output: true }),
  effectiveLabels: map({ output: true }),
};

/** Gives a type of Google's its whole life. A schema with `project` gets the provider's where the program gives none. */
export function googleType(session: GoogleSession, type: GoogleType): ResourceType {
  const { kind, api, autonamed, labelled, deletionPolicies } = type;
  const schema: Schema = {
    ...type.schema,
    ...(labelled && LABELS),
    ...(deletionPolicies && {
      deletionPolicy: text({
        default: "DELETE",
        refuses: oneOf("DELETE", "PREVENT", "ABANDON", ...deletionPolicies),
      }),
    }),
  };
  const complete = (planned: Properties): Properties => {
    const own = withProject(schema, planned, session);
    const whole = labelled ? withLabels(own, session) : own;
    return type.complete?.(whole) ?? whole;
  };
  return bridgedType({
    ...type,
    schema,
    complete,
    importable: true,
    deleteBeforeReplace: type.deletesFirst ? "always" : autonamed ? "explicit name" : "never",
    create: (planned, call) =>
      told(`Error creating ${kind}`, async () => {
        if (schema.project) requireApi(session, projectOf(planned), api);
        return type.create(planned, call);
      }),
    update: (update, call) => updateOrKeep(type, update, call),
    delete: (id, state, call) =>
      told(`Error deleting ${kind}`, async () => {
        if (state.deletionPolicy === "PREVENT") {
          throw new RuleError("cannot destroy it while its deletionPolicy is PREVENT");
        }
        if (state.deletionPolicy !== "ABANDON") await type.delete(id, state, call);
      }),
  });
}

/**
 * Updates it. With nothing to change it is only read again, as after an update that failed: the provider is content although
 * the cloud may not be. A failure leaves the wanted values in the state.
 */
async function updateOrKeep(type: GoogleType, update: Update, call: Call): Promise<Properties> {
  const { id, state, planned, changed } = update;
  if (changed.length === 0) return (await type.read(id, state, call)) ?? state;
  try {
    return await told(`Error updating ${type.kind} ${JSON.stringify(id)}`, async () => {
      return (await type.update?.(update, call)) ?? planned;
    });
  } catch (error) {
    if (!(error instanceof RuleError) || error instanceof InitError) throw error;
    throw new InitError(id, { ...state, ...planned }, error.message, { cause: error });
  }
}

/** Says what was tried before why it was refused; a failure that keeps its state says it itself. */
async function told<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RuleError) || error instanceof InitError) throw error;
    throw new RuleError(`${what}: ${error.message}`, { cause: error });
  }
}

function withProject(schema: Schema, planned: Properties, { project }: GoogleSession): Properties {
  if (!schema.project || planned.project !== undefined || project === undefined) return planned;
  return { ...planned, project };
}

function withLabels(planned: Properties, { defaultLabels }: GoogleSession): Properties {
  const { labels = {} } = planned;
  const all = isProperties(labels)
    ? { ...defaultLabels, ...labels, "goog-pulumi-provisioned": "true" }
    : UNKNOWN;
  return { ...planned, pulumiLabels: all, effectiveLabels: all };
}
