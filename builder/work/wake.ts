/** Lets idle slots sleep until there is something to do, without missing what came while they were looking. */
export class Wake {
  #count = 0;
  #sleeping = new Set<() => void>();

  /** To be read before looking for work. */
  get seen(): number {
    return this.#count;
  }

  wake(): void {
    this.#count += 1;
    for (const wake of this.#sleeping) wake();
  }

  /** Resolves on a wake since `seen`, after some milliseconds at the latest. */
  async sleep(seen: number, milliseconds: number): Promise<void> {
    if (seen !== this.#count) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#sleeping.delete(end);
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      this.#sleeping.add(end);
    });
  }
}
