import type { Builder } from "./builder-container.ts";
import type { HeldImage } from "./held-images.ts";

/** A BuildKit that answers. */
export interface Ready {
  /** As in `BUILDKIT_HOST`. */
  readonly address: string;
  /** The limited container that it runs in; undefined where it runs elsewhere. */
  readonly builder?: Builder;
}

/** Where builds run. */
export interface Site {
  /** @throws MachineryLost when it does not answer. */
  ready(slot: number): Promise<Ready>;
  /**
   * Makes sure that nothing of a slot's build runs any more.
   * @param withCache also takes away what was kept for later builds.
   */
  stop(slot: number, withCache: boolean): Promise<void>;
  /** Images that a build may start from although no registry has them. */
  bases(): Promise<readonly HeldImage[]>;
  /** Throws why builds cannot run now. */
  check(): Promise<void>;
  close(): Promise<void>;
}
