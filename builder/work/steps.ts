import type { LogLine, Order } from "../build.ts";

// What a worker does for a build, step by step; BuildKit and the registry are behind these two interfaces.

/** Takes lines as they are written. Never throws; holds back when it cannot keep up. */
export type Log = (stream: LogLine["stream"], text: string) => void;

/** What one step works on. */
export interface Task {
  readonly build: string;
  readonly attempt: number;
  /** Which of the worker's slots runs it, from 0: two tasks never share one at a time. */
  readonly slot: number;
  readonly client: string;
  readonly order: Order;
  /** Host, path and tag: `localhost:5055/team/web:1.0`. */
  readonly reference: string;
  /**
   * To be asked right before what cannot be taken back: resolves once the database has said that the attempt is still this worker's.
   * @throws the signal's reason where it is not, or where that cannot be told in time.
   */
  confirm?(): Promise<void>;
}

/** Builds a context's image and keeps it on this machine until `forget`. */
export interface ImageBuilder {
  /**
   * @param context a folder with the context, unpacked; the caller removes it.
   * @returns the image's digest, `sha256:…`.
   * @throws StepFailed when the build itself is at fault, also where it ran into a limit.
   * @throws MachineryLost when the builder is at fault: the attempt is lost and the build tried again.
   * @throws the signal's reason when aborted, once nothing of the build runs any more.
   */
  build(task: Task, context: string, log: Log, signal: AbortSignal): Promise<string>;
  /** Whether this machine still keeps the image. */
  holds(digest: string): Promise<boolean>;
  /** Lets go of an image that has been pushed or is no longer wanted by this build; another build may have the same one. */
  forget(digest: string, build: string): Promise<void>;
  /** What this worker keeps on this machine, also from before it was started. */
  kept?(): Promise<readonly { readonly digest: string; readonly build: string }[]>;
  /** Whether builds can run right now; throws why not. */
  check(): Promise<void>;
  /** Ends what runs. */
  close(): Promise<void>;
}

/** Pushes what an `ImageBuilder` keeps. */
export interface ImagePush {
  /**
   * @returns the digest in the registry.
   * @throws StepFailed when the registry refuses or cannot be reached.
   * @throws the signal's reason when aborted.
   */
  push(task: Task, digest: string, log: Log, signal: AbortSignal): Promise<string>;
}

/** A step failed for good: the message is for the client, one line, without secrets. */
export class StepFailed extends Error {
  override name = "StepFailed";
}

/** The machinery of a step went away: nothing is known of the build itself. */
export class MachineryLost extends Error {
  override name = "MachineryLost";
}
