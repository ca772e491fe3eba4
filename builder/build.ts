// The nouns of the builder: what is ordered, what became of it, and what one attempt was.

/** What a client orders. Checked at the door; nobody checks it again. */
export interface Order {
  /** The image's name within the registry's namespace, e.g. `team/web`. */
  readonly imageName: string;
  readonly imageTag: string;
  /** The Dockerfile's path within the context. */
  readonly dockerfile: string;
  /** Build arguments by name. They end up in the image's history: not for secrets. */
  readonly args: Readonly<Record<string, string>>;
  /** The stage to build. Default: the last one. */
  readonly target?: string;
  /** `os/architecture`, e.g. `linux/arm64`. Default: the builder's own. */
  readonly platform?: string;
  /** Who is told of the end: an `http:` or `https:` URL. */
  readonly callback?: string;
}

/** The last three are final; a retry takes a failed or cancelled build back to `queued`. */
export type State = "queued" | "building" | "pushing" | "succeeded" | "failed" | "cancelled";

export const FINAL_STATES: readonly State[] = ["succeeded", "failed", "cancelled"];

/** The two steps of an attempt. */
export type Step = "build" | "push";

/** An order and what became of it. */
export interface Build {
  /** A UUID. */
  readonly id: string;
  /** Rises with each order: the order of lists. */
  readonly number: number;
  /** Who ordered it: the name of a token, `anybody` where there are none. */
  readonly client: string;
  readonly order: Order;
  /** Where the image goes: `localhost:5055/team/web:1.0`. */
  readonly reference: string;
  readonly state: State;
  /** The step that is next, runs or ended the build. `push` also while a push waits to be retried: its image is built. */
  readonly step: Step;
  /** Counts from 1; 0 before the first. */
  readonly attempt: number;
  /** Of the manifest in the registry, `sha256:…`; once it has been pushed. */
  readonly digest?: string;
  /** Why it failed, in one line, without secrets. */
  readonly error?: string;
  /** A cancel that the worker has not carried out yet. */
  readonly isCancelling: boolean;
  readonly createdAt: Date;
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
}

/** What one worker did for one build. A worker that is lost is followed by another attempt. */
export interface Attempt {
  /** Counts from 1 within the build. */
  readonly number: number;
  readonly worker: string;
  /** `lost`: the worker or its machinery went away; the build was queued again. */
  readonly state: "building" | "pushing" | "succeeded" | "failed" | "cancelled" | "lost";
  /** A retried push begins with the push. */
  readonly firstStep: Step;
  /** Of the image that was built or pushed, `sha256:…`. */
  readonly digest?: string;
  readonly error?: string;
  readonly startedAt: Date;
  readonly finishedAt?: Date;
}

/** One line of a build's log. */
export interface LogLine {
  /** Rises within a build, over all its attempts; the `id` of its server-sent event. */
  readonly seq: number;
  readonly attempt: number;
  readonly at: Date;
  /** `step`: said by the builder or BuildKit of a step; the others: written by a step's command. */
  readonly stream: "step" | "out" | "err";
  /** Without line end; may hold ANSI colours. */
  readonly text: string;
}
