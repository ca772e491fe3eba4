import { Problem } from "./problem.ts";

/** As many of the largest bodies fit into memory at once. */
const LARGEST_AT_ONCE = 4;

/** Bytes of a body that is small: a Dockerfile, which no large context has to hold up. */
const SMALL = 1024 * 1024;

/**
 * The memory for bodies that come in at once. No client gets more than half of it for its large ones; for small ones each client
 * has as much again, whatever the large ones take.
 */
export class BodyRoom {
  readonly #bytes: number;
  readonly #large = new Map<string, number>();
  readonly #small = new Map<string, number>();

  /** @param largest bytes of the largest body that is let in. */
  constructor(largest: number) {
    this.#bytes = LARGEST_AT_ONCE * largest;
  }

  /**
   * Keeps room for a body of so many bytes.
   * @returns gives the room back; to be called once.
   * @throws Problem 503 when the client has its share already, or all is taken.
   */
  take(client: string, bytes: number): () => void {
    const taken = bytes <= SMALL ? this.#small : this.#large;
    const own = taken.get(client) ?? 0;
    if (own + bytes > this.#bytes / 2) {
      throw full("client: sends too much at once; send it again once the rest has come in");
    }
    if (taken === this.#large && sum(taken) + bytes > this.#bytes) {
      throw full("body: too much is coming in at once; send it again in a moment");
    }
    taken.set(client, own + bytes);
    return () => give(taken, client, bytes);
  }
}

function give(taken: Map<string, number>, client: string, bytes: number): void {
  const left = (taken.get(client) ?? 0) - bytes;
  if (left > 0) taken.set(client, left);
  else taken.delete(client);
}

function sum(taken: ReadonlyMap<string, number>): number {
  return [...taken.values()].reduce((all, bytes) => all + bytes, 0);
}

function full(detail: string): Problem {
  return new Problem(503, detail, { headers: { "retry-after": "1" } });
}
