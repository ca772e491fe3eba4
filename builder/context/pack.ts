import { once } from "node:events";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { createGzip, gzip, gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import type { Entry } from "./entry.ts";
import { ContextRefused, inBytes } from "./refused.ts";

/** Bytes of one stored part. */
const partBytes = 2 ** 20;

/** Bytes that are gzipped sooner here than handed to a thread. */
const little = 2 ** 16;

/** The first level: somebody waits for it, and it is read once or twice. */
const level = { level: 1 };

/** Makes a context's archive anew, of what was let in and nothing else. */
export class Packer {
  readonly #pack = pack();
  readonly #parts: Buffer[] = [];
  readonly #packed: Promise<unknown>;

  /** @param most bytes that all parts together may have. */
  constructor(most: number) {
    const tar = this.#pack as unknown as Readable;
    this.#packed = pipeline(tar, createGzip(level), (packed) => this.#keep(packed, most)).then(
      () => undefined,
      (error) => error,
    );
  }

  /** Adds an entry with its content as it comes. */
  async add(entry: Entry, content: Iterable<Buffer> | AsyncIterable<Buffer>): Promise<void> {
    const ended = Promise.withResolvers<void>();
    const sink = this.#pack.entry(headerOf(entry), (error) =>
      error ? ended.reject(error) : ended.resolve(),
    );
    ended.promise.catch(() => undefined);
    for await (const chunk of content) {
      if (!sink.write(chunk)) await Promise.race([once(sink, "drain"), ended.promise]);
    }
    sink.end(undefined);
    await ended.promise;
  }

  /**
   * The parts, once all of it is packed.
   * @throws ContextRefused when they are too large.
   */
  async end(): Promise<readonly Buffer[]> {
    this.#pack.finalize();
    const fault = await this.#packed;
    if (fault !== undefined) throw fault;
    return this.#parts;
  }

  /** Lets go of what was packed; tells why it had to end, where it had ended by itself. */
  async drop(): Promise<unknown> {
    const fault = this.#pack.destroyed ? await this.#packed : undefined;
    this.#pack.destroy();
    await this.#packed;
    return fault;
  }

  async #keep(packed: AsyncIterable<Buffer>, most: number): Promise<void> {
    let chunks: Buffer[] = [];
    let [waiting, all] = [0, 0];
    for await (const chunk of packed) {
      all += chunk.length;
      if (all > most) throw tooLarge(most);
      chunks.push(chunk);
      waiting += chunk.length;
      if (waiting < partBytes) continue;
      const joined = Buffer.concat(chunks);
      this.#parts.push(joined.subarray(0, partBytes));
      chunks = [joined.subarray(partBytes)];
      waiting -= partBytes;
    }
    if (waiting > 0) this.#parts.push(Buffer.concat(chunks));
  }
}

/** A context of one file, at a fraction of what streams cost. */
export async function packOne(entry: Entry, content: Buffer): Promise<readonly Buffer[]> {
  const tar = pack();
  tar.entry(headerOf(entry), content);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  const whole = Buffer.concat(chunks);
  if (whole.length <= little) return [gzipSync(whole, level)];
  const packed = await promisify(gzip)(whole, level);
  const parts = Array.from({ length: Math.ceil(packed.length / partBytes) }, (_part, index) =>
    packed.subarray(index * partBytes, (index + 1) * partBytes),
  );
  return parts;
}

function headerOf({ path, kind, size, isExecutable, changedAt }: Entry) {
  return {
    name: path,
    type: kind === "file" ? ("file" as const) : ("directory" as const),
    mode: kind === "file" && !isExecutable ? 0o644 : 0o755,
    size,
    mtime: changedAt,
  };
}

function tooLarge(most: number): ContextRefused {
  return new ContextRefused(
    `context: is more than ${inBytes(most)}, gzipped; leave out what the build does not read`,
  );
}
