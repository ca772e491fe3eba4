/**
 * How often each client may do something: a bucket that holds a minute's worth and fills up evenly. Full buckets are
 * forgotten, so that there are never more than clients of the last minute.
 */
export class Rate {
  readonly #perMinute: number;
  readonly #now: () => number;
  readonly #buckets = new Map<string, { left: number; at: number }>();

  /** @param now a clock that never goes back, in milliseconds. */
  constructor(perMinute: number, now: () => number = () => performance.now()) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** Takes one; returns 0, or after how many whole seconds there will be one again. */
  take(client: string): number {
    const now = this.#now();
    const perMilli = this.#perMinute / 60_000;
    const before = this.#buckets.get(client) ?? { left: this.#perMinute, at: now };
    const left = Math.min(this.#perMinute, before.left + (now - before.at) * perMilli);
    if (left < 1) {
      this.#buckets.set(client, { left, at: now });
      return Math.ceil((1 - left) / perMilli / 1000);
    }
    this.#forgetFull(now, perMilli);
    this.#buckets.set(client, { left: left - 1, at: now });
    return 0;
  }

  #forgetFull(now: number, perMilli: number): void {
    for (const [client, { left, at }] of this.#buckets) {
      if (left + (now - at) * perMilli >= this.#perMinute) this.#buckets.delete(client);
    }
  }
}
