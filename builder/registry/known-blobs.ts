/** How many blobs are remembered, and for how long: a registry may be cleaned up meanwhile. */
const most = 20_000;
const milliseconds = 60 * 60_000;

/** Which blobs a registry has been seen to hold, and in which of its repositories: so that nobody asks again for each push. */
export class KnownBlobs {
  /** By path and digest, the oldest first: until when it may be relied on. */
  readonly #known = new Map<string, number>();
  /** A repository that holds it, by digest. */
  readonly #homes = new Map<string, string>();
  readonly #now: () => number;

  /** @param now in milliseconds. Default: the monotonic clock. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  add(path: string, digest: string): void {
    const key = `${path}@${digest}`;
    this.#known.delete(key);
    this.#known.set(key, this.#now() + milliseconds);
    this.#homes.delete(digest);
    this.#homes.set(digest, path);
    for (const map of [this.#known, this.#homes]) {
      const [oldest] = map.keys();
      if (map.size > most && oldest !== undefined) map.delete(oldest);
    }
  }

  holds(path: string, digest: string): boolean {
    return (this.#known.get(`${path}@${digest}`) ?? 0) > this.#now();
  }

  /** Another repository that holds it, for a mount. */
  sibling(path: string, digest: string): string | undefined {
    const home = this.#homes.get(digest);
    return home === path ? undefined : home;
  }

  /** Relies no longer on what it knows of these blobs. */
  forget(path: string, digests: readonly string[]): void {
    for (const digest of digests) {
      this.#known.delete(`${path}@${digest}`);
      this.#homes.delete(digest);
    }
  }
}
