import type { Log } from "../work/steps.ts";
import type { LocalBlob } from "./oci-image.ts";

/** Milliseconds between two lines on an upload that takes long. */
const between = 5_000;

/** Tells a log how an upload goes: at its start, now and then, and at its end. */
export class UploadProgress {
  readonly #log: Log;
  readonly #sent = new Map<string, number>();
  readonly #start = performance.now();
  readonly #bytes: number;
  readonly #count: number;
  #done = 0;
  #told = performance.now();

  /** @param all how many blobs the image has, those included that are there already. */
  constructor(missing: readonly LocalBlob[], all: number, log: Log) {
    this.#log = log;
    this.#count = missing.length;
    this.#bytes = missing.reduce((sum, { size }) => sum + size, 0);
    if (this.#count === 0) log("step", `all ${all} layers are there already`);
    else log("step", `pushing ${this.#count} of ${all} layers, ${megabytes(this.#bytes)}`);
  }

  /** A blob begins, or begins again. */
  begin({ digest }: LocalBlob): void {
    this.#sent.set(digest, 0);
  }

  sent({ digest }: LocalBlob, bytes: number): void {
    this.#sent.set(digest, (this.#sent.get(digest) ?? 0) + bytes);
    if (performance.now() - this.#told < between) return;
    this.#told = performance.now();
    const sum = [...this.#sent.values()].reduce((all, each) => all + each, 0);
    this.#log("step", `pushed ${megabytes(sum)} of ${megabytes(this.#bytes)}`);
  }

  done(): void {
    this.#done += 1;
    if (this.#done < this.#count) return;
    const seconds = ((performance.now() - this.#start) / 1_000).toFixed(1);
    this.#log("step", `pushed ${this.#count} layers in ${seconds} s`);
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
