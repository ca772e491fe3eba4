import { Transform } from "node:stream";

/** Milliseconds without a byte of progress after which an upload is given up. */
export const longestStall = 120_000;

/** What an upload goes through. */
export interface UploadWatch {
  readonly through: Transform;
  /** Aborted once nothing has gone through for too long. */
  readonly stalled: AbortSignal;
}

/**
 * Watches an upload until its stream is destroyed.
 * @param sent hears how many bytes more have gone through.
 */
export function watchUpload(sent: (bytes: number) => void): UploadWatch {
  const stall = new AbortController();
  const giveUp = () => stall.abort();
  let timer = setTimeout(giveUp, longestStall);
  const through = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      clearTimeout(timer);
      timer = setTimeout(giveUp, longestStall);
      sent(chunk.length);
      done(null, chunk);
    },
    destroy(error, done) {
      clearTimeout(timer);
      done(error);
    },
  });
  return { through, stalled: stall.signal };
}
