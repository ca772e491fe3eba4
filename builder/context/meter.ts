import { ContextRefused, inBytes } from "./refused.ts";

/** Bytes that an archive may hold beside its files' content: for each entry, and in all. */
const forEntry = 4_096;
const inAll = 2 ** 20;

/** Bytes that are handed on at once, so that entries are seen before much of what follows them has been counted. */
const pieceBytes = 2 ** 16;

/** Bytes of nothing that end a tar. */
const endMark = 512;

/** Counts an archive while it streams by, and ends it at the byte that is one too many. */
export class Meter {
  readonly #most: { readonly bodyBytes: number; readonly contextBytes: number };
  #body = 0;
  #files = 0;
  #archive = 0;
  #allowed = inAll;
  #zeros = 0;

  constructor(most: { readonly bodyBytes: number; readonly contextBytes: number }) {
    this.#most = most;
  }

  /** Bytes of all files so far. */
  get files(): number {
    return this.#files;
  }

  /** What comes in, as it comes. */
  async *body(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      this.#body += chunk.length;
      if (this.#body > this.#most.bodyBytes) {
        throw tooLarge("the archive has", this.#most.bodyBytes);
      }
      yield chunk;
    }
  }

  /** The tar, unpacked: never much more than its entries so far account for, however well it was packed. */
  async *archive(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const whole of source) {
      for (let at = 0; at < whole.length; at += pieceBytes) {
        const piece = whole.subarray(at, at + pieceBytes);
        this.#archive += piece.length;
        if (this.#archive > this.#allowed) throw unaccounted();
        const zeros = trailingZeros(piece);
        this.#zeros = zeros === piece.length ? this.#zeros + zeros : zeros;
        yield piece;
      }
    }
  }

  /** An entry with so many bytes of content follows. */
  entry(size: number): void {
    this.#files += size;
    if (this.#files > this.#most.contextBytes) {
      throw tooLarge("its files have", this.#most.contextBytes);
    }
    this.#allowed += size + forEntry;
  }

  /** Checks that a tar went on to its end. */
  end(): void {
    if (this.#zeros >= endMark) return;
    throw new ContextRefused("context: the archive is cut off; upload it again, as a whole");
  }
}

function unaccounted(): ContextRefused {
  return new ContextRefused(
    "context: the archive holds far more than its entries do; pack it anew with tar",
  );
}

/** Counts no further than needed. */
function trailingZeros(chunk: Buffer): number {
  let zeros = 0;
  while (zeros < chunk.length && chunk[chunk.length - 1 - zeros] === 0) {
    zeros += 1;
    if (zeros === endMark && chunk.length > endMark) return zeros;
  }
  return zeros;
}

function tooLarge(what: string, most: number): ContextRefused {
  return new ContextRefused(
    `context: ${what} more than ${inBytes(most)}; leave out what the build does not read, or have it fetched by the Dockerfile`,
  );
}
