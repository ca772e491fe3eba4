import type { Registry } from "../../infra/registries/registry.ts";

/** A registry that holds digests by tag, and nothing behind them. */
export class MemoryRegistry implements Registry {
  readonly repository = "localhost:5055/web";
  readonly digests: Map<string, string>;
  /** Every tag that was set, in order. */
  readonly tagged: [tag: string, digest: string][] = [];

  /** How often setting a tag fails before it works. */
  lostAnswers = 0;

  constructor(digests: Readonly<Record<string, string>> = {}) {
    this.digests = new Map(Object.entries(digests));
  }

  get images(): never {
    throw new Error("a registry in memory holds nothing to copy");
  }

  async digestOf(reference: string): Promise<string | undefined> {
    return this.digests.get(reference);
  }

  async tag(digest: string, tag: string): Promise<void> {
    if (this.lostAnswers > 0) {
      this.lostAnswers -= 1;
      throw new Error("registry: does not answer");
    }
    this.digests.set(tag, digest);
    this.tagged.push([tag, digest]);
  }
}
