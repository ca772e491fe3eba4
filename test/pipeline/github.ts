import { parse } from "yaml";

/** The workflows of GitHub and their own actions, by path from the checkout's root. */
export interface Workflows {
  readonly texts: Readonly<Record<string, string>>;
  readonly workflows: Readonly<Record<string, Workflow>>;
  readonly jobs: readonly Job[];
}

export interface Workflow {
  readonly on: Readonly<Record<string, Trigger | null>> & {
    readonly schedule?: readonly { readonly cron: string }[];
  };
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Omit<Job, "file" | "id">>>;
}

interface Trigger {
  readonly branches?: readonly string[];
  readonly tags?: readonly string[];
  readonly "branches-ignore"?: readonly string[];
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** A job of any workflow. */
export interface Job {
  /** The file's name without its folder. */
  readonly file: string;
  readonly id: string;
  readonly if?: string;
  readonly needs?: string | readonly string[];
  readonly uses?: string;
  readonly environment?: string;
  readonly strategy?: { readonly matrix?: unknown };
  readonly permissions?: Readonly<Record<string, string>>;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress"?: boolean };
  readonly "timeout-minutes"?: number;
  readonly "continue-on-error"?: unknown;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
}

interface Step {
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly "continue-on-error"?: unknown;
}

/** Where the workflows are, from the checkout's root. */
const folder = ".github/workflows/";

/** @param texts the files below `.github`, by path from the checkout's root. */
export function readWorkflows(texts: Readonly<Record<string, string>>): Workflows {
  const workflows = Object.fromEntries(
    Object.entries(texts)
      .filter(([path]) => path.startsWith(folder))
      .map(([path, text]) => [path.slice(folder.length), parse(text) as Workflow]),
  );
  const jobs = Object.entries(workflows).flatMap(([file, workflow]) =>
    Object.entries(workflow.jobs).map(([id, job]): Job => ({ ...job, file, id })),
  );
  return { texts, workflows, jobs };
}

/** Every command of a job, in its order. */
export function commandsOf({ steps = [] }: Job): readonly string[] {
  return steps.flatMap(({ run }) => run?.split("\n").filter(Boolean) ?? []);
}

/** The jobs of its workflow that a job waits for, however far. */
export function waitsFor(job: Job, { jobs }: Workflows): ReadonlySet<string> {
  const siblings = jobs.filter(({ file }) => file === job.file);
  const found = new Set([job.needs ?? []].flat());
  for (const id of found) {
    const needs = siblings.find((sibling) => sibling.id === id)?.needs ?? [];
    for (const further of [needs].flat()) found.add(further);
  }
  return found;
}
