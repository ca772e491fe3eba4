import { z } from "zod";
import type { Release } from "../../infra/release.ts";
import { UserError } from "../../setup/user-error.ts";

/** What a stack's state and history say of its releases. */
export interface StackState {
  readonly services: Readonly<Record<string, ServiceState>>;
  /** The last update, whatever came of it; undefined before the first. */
  readonly lastUpdate: { readonly startTime: string; readonly failed: boolean } | undefined;
  /** The newest entry of the history, be it an update, a refresh or what else, in words that no other one has. */
  readonly newest: string | undefined;
}

/** What a state says of one service. */
export interface ServiceState {
  /** `repository@sha256:…` of the last try, proven or not; undefined before the first. */
  readonly tried: string | undefined;
  /** The last proven release; undefined before the first. */
  readonly proven: Release | undefined;
}

/** The state of a stack that does not exist yet. */
export const noState: StackState = { services: {}, lastUpdate: undefined, newest: undefined };

/**
 * Reads what `pulumi stack export` and `pulumi stack history --json` print.
 * @throws UserError when it is of another form.
 */
export function readStackState(exported: string, history: string): StackState {
  const resources = parsed(exportForm, exported, "export").deployment?.resources ?? [];
  const updates = parsed(historyForm, history, "history --json");
  const stack = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
  const tried = new Map(
    resources
      .filter(({ type }) => type === "slipway:index:Service")
      .map(({ urn, outputs }) => [urn.slice(urn.lastIndexOf("::") + 2), imageOf(outputs)]),
  );
  const proven = new Map(
    Object.entries(stack?.outputs ?? {}).flatMap(([name, output]) => {
      const { data } = releaseForm.safeParse(output);
      return data ? [[name, data as Release] as const] : [];
    }),
  );
  const names = [...new Set([...proven.keys(), ...tried.keys()])].toSorted();
  const last = updates.find(({ kind }) => kind === "update");
  return {
    services: Object.fromEntries(
      names.map((name) => [name, { tried: tried.get(name), proven: proven.get(name) }]),
    ),
    lastUpdate: last && { startTime: last.startTime, failed: last.result !== "succeeded" },
    newest: newestOf(history),
  };
}

/**
 * The newest entry of what `pulumi stack history --json` prints, with what came of it; previews change nothing and do not
 * count. Undefined before the first.
 * @throws UserError when it is of another form.
 */
export function newestOf(history: string): string | undefined {
  const updates = parsed(historyForm, history, "history --json");
  const newest = updates.find(({ kind }) => kind !== "preview");
  return newest && `${newest.kind} ${newest.startTime} ${newest.result}`;
}

/** Whether what was tried last is not what was proven last. */
export function isUnproven({ tried, proven }: ServiceState): boolean {
  return tried !== undefined && tried !== proven?.image;
}

/** Whether the last try came to no proof, be it of a new image or of the same one in other surroundings. */
export function didLastFail({ services, lastUpdate }: StackState): boolean {
  return lastUpdate?.failed === true || Object.values(services).some(isUnproven);
}

/** The last proven releases, by the services' names; one whose proof was switched off is none. */
export function provenReleases({ services }: StackState): Record<string, Release> {
  return Object.fromEntries(
    Object.entries(services).flatMap(([name, { proven }]) =>
      proven && proven.servedCommit !== "not proven" ? [[name, proven]] : [],
    ),
  );
}

/** Of an export, what is read here; a stack before its first update has no resources, or no deployment at all. */
const exportForm = z.object({
  deployment: z
    .object({
      resources: z
        .array(
          z.object({
            urn: z.string(),
            type: z.string(),
            outputs: z.record(z.string(), z.unknown()).optional(),
          }),
        )
        .nullish(),
    })
    .nullish(),
});

const historyForm = z
  .array(z.object({ kind: z.string(), startTime: z.string(), result: z.string() }))
  .nullish()
  .transform((updates) => updates ?? []);

const releaseForm = z.object({
  url: z.string(),
  image: z.string(),
  commit: z.string(),
  branch: z.string(),
  servedCommit: z.string(),
  previous: z.string().optional(),
});

function imageOf(outputs: Readonly<Record<string, unknown>> | undefined): string | undefined {
  return typeof outputs?.image === "string" ? outputs.image : undefined;
}

function parsed<T>(form: z.ZodType<T>, text: string, command: string): T {
  try {
    return form.parse(JSON.parse(text.trim() || "null") ?? (command === "export" ? {} : []));
  } catch (error) {
    throw new UserError(
      `pulumi stack ${command}: its answer is of an unknown form; use a Pulumi CLI that this checkout knows`,
      { cause: error },
    );
  }
}
