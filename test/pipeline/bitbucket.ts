import { parse } from "yaml";

/** `bitbucket-pipelines.yml` as Bitbucket runs it: anchors resolved, parallel groups opened. */
export interface Pipelines {
  readonly document: Document;
  /** By name: `default`, `branches.main`, `pull-requests.**`, `tags.**`, `custom.promote`. */
  readonly pipelines: Readonly<Record<string, Pipeline>>;
}

export interface Pipeline {
  /** One after the other; the steps of a group start together. */
  readonly groups: readonly (readonly Step[])[];
  /** What whoever starts a custom pipeline is asked for. */
  readonly variables: readonly string[];
  /** The items that are neither steps nor groups of them nor variables, by their keys: nothing here looks into them. */
  readonly unread: readonly string[];
}

/** Of a step's keys those that rules speak of, and all of them by name. */
export interface Step {
  readonly name?: string;
  readonly script?: readonly string[];
  readonly deployment?: string;
  readonly "concurrency-group"?: string;
  readonly oidc?: boolean;
  readonly trigger?: string;
  readonly size?: string;
  readonly services?: readonly string[];
  readonly caches?: readonly string[];
  readonly runtime?: Runtime;
  readonly [key: string]: unknown;
}

interface Runtime {
  readonly cloud?: { readonly version?: string };
}

interface Document {
  readonly options?: { readonly runtime?: Runtime; readonly [key: string]: unknown };
  readonly clone?: { readonly depth?: unknown };
  readonly definitions?: {
    readonly caches?: Readonly<Record<string, { key?: { files?: readonly string[] } }>>;
    readonly services?: Readonly<Record<string, { memory?: number }>>;
  };
  readonly pipelines: Readonly<Record<string, Item[] | Readonly<Record<string, Item[]>>>>;
  readonly [key: string]: unknown;
}

interface Item {
  readonly step?: Step;
  readonly parallel?: readonly Item[] | { readonly steps: readonly Item[] };
  readonly variables?: readonly { readonly name: string }[];
  readonly [key: string]: unknown;
}

export function readPipelines(text: string): Pipelines {
  const document = parse(text, { merge: true }) as Document;
  const pipelines = Object.entries(document.pipelines).flatMap(([kind, content]) =>
    Array.isArray(content)
      ? [[kind, pipelineOf(content)] as const]
      : Object.entries(content).map(
          ([name, items]) => [`${kind}.${name}`, pipelineOf(items)] as const,
        ),
  );
  return { document, pipelines: Object.fromEntries(pipelines) };
}

export function stepsOf({ groups }: Pipeline): readonly Step[] {
  return groups.flat();
}

/** Everything that a step types into its shell. */
export function scriptOf({ script = [] }: Step): string {
  return script.join("\n");
}

function pipelineOf(items: readonly Item[]): Pipeline {
  const groups = items.map(({ step, parallel = [] }): readonly Step[] => {
    if (step) return [step];
    const group: readonly Item[] = "steps" in parallel ? parallel.steps : parallel;
    return group.flatMap((item) => (item.step ? [item.step] : []));
  });
  return {
    groups: groups.filter((group) => group.length > 0),
    variables: items.flatMap((item) => item.variables ?? []).map(({ name }) => name),
    unread: items
      .flatMap(({ parallel = [], ...item }) => [
        ...Object.keys(item),
        ...("steps" in parallel ? parallel.steps : parallel).flatMap(Object.keys),
      ])
      .filter((key) => key !== "step" && key !== "variables"),
  };
}
