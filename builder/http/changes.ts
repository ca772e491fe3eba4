import type { BuildStore, Change } from "../store/build-store.ts";

/** Every so often, in milliseconds, things are looked at though nobody has said that they changed. */
const UNTOLD = 15_000;

/** Hears of changes for one reader, and keeps them until it asks. */
export class Changes {
  readonly #stop: () => void;
  readonly #pending = new Set<string>();
  #wake: () => void = () => {};

  /** @param isWanted which changes count. */
  constructor(store: BuildStore, isWanted: (change: Change) => boolean) {
    this.#stop = store.hear((change) => {
      if (!isWanted(change)) return;
      this.#pending.add(change.build);
      this.#wake();
    });
  }

  /**
   * The builds that have changed since the last call, waiting for one if need be; none after 15 s without a word.
   * @throws the signal's reason.
   */
  async next(signal: AbortSignal): Promise<readonly string[]> {
    signal.throwIfAborted();
    if (this.#pending.size === 0) await this.#change(signal);
    signal.throwIfAborted();
    const changed = [...this.#pending];
    this.#pending.clear();
    return changed;
  }

  /** Hears no more. */
  stop(): void {
    this.#stop();
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, UNTOLD);
      signal.addEventListener("abort", done, { once: true });
      this.#wake = done;
    });
  }
}
