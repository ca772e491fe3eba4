import type { Attempt, Build, LogLine, Order, State } from "../build.ts";
import type { Context } from "../context/context.ts";

// What the HTTP side asks of the store. Everything survives a crash once its promise has resolved.

/** A build to be. */
export interface NewBuild {
  readonly client: string;
  readonly order: Order;
  readonly reference: string;
  readonly context: Context;
  /** The client's `Idempotency-Key`, with a hash of all that it came with. */
  readonly idempotency?: { readonly key: string; readonly fingerprint: string };
}

/** Which builds, newest first. */
export interface Listed {
  /** Default: of all clients. */
  readonly client?: string;
  readonly state?: State;
  /** Only those with a smaller `number`. */
  readonly before?: number;
  readonly limit: number;
}

/** Something happened to a build; ask for it again. */
export interface Change {
  readonly build: string;
  readonly client: string;
  readonly what: "state" | "log";
}

export interface BuildStore {
  /**
   * Stores and queues a build. The same key with the same fingerprint gives the build of the first time, within 24 h.
   * @throws KeyTaken when the key came with something else before.
   * @throws QueueFull when the client has as many builds waiting as it may.
   */
  create(build: NewBuild): Promise<{ readonly build: Build; readonly isNew: boolean }>;
  find(id: string): Promise<Build | undefined>;
  list(listed: Listed): Promise<readonly Build[]>;
  /** Oldest first. */
  attempts(id: string): Promise<readonly Attempt[]>;
  /** A queued build is cancelled at once, a running one is told to end, a final one stays what it is. */
  cancel(id: string): Promise<Build | undefined>;
  /**
   * Queues a failed or cancelled build again, from its push where its image is kept.
   * `isQueued` is false, and nothing happens, where it has neither failed nor been cancelled.
   * @throws QueueFull when the client has as many builds waiting as it may.
   */
  retry(id: string): Promise<{ readonly build: Build; readonly isQueued: boolean } | undefined>;
  /** Lines after `after` (0: all), at most `limit`, in their order. */
  log(id: string, after: number, limit: number): Promise<readonly LogLine[]>;
  /** Hears of every change, made by whichever process. Returns what ends it. */
  hear(heard: (change: Change) => void): () => void;
  /** How many builds are in each state now, and how long the oldest queued one has waited, in seconds. */
  counts(): Promise<{
    readonly byState: Readonly<Record<State, number>>;
    readonly oldestQueued: number;
  }>;
  /** How many workers have given a sign of life lately. */
  workers(): Promise<number>;
  /** Throws where the database does not answer. */
  check(): Promise<void>;
}

/** The `Idempotency-Key` came with another request before. */
export class KeyTaken extends Error {
  override name = "KeyTaken";
}

/** The client has as many builds waiting as it may. */
export class QueueFull extends Error {
  override name = "QueueFull";
}
