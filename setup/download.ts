import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Progress } from "./thing.ts";

/** How long a host may stay silent, in milliseconds, before it counts as out of reach. */
const SILENCE = 10_000;

/** The text behind a URL. Rejects if the host is out of reach or the answer is not 200. */
export async function downloadText(url: string, signal: AbortSignal): Promise<string> {
  const answer = await fetch(url, {
    signal: AbortSignal.any([signal, AbortSignal.timeout(SILENCE)]),
  });
  if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
  return answer.text();
}

/** Writes what is behind a URL to a file and returns its SHA-256 in hex. Gives up when nothing comes for 10 s. */
export async function downloadFile(
  url: string,
  file: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const quiet = new AbortController();
  const giveUp = (): void => quiet.abort(new Error(`nothing from ${url} for ${SILENCE / 1000} s`));
  let timer = setTimeout(giveUp, SILENCE);
  try {
    const answer = await fetch(url, { signal: AbortSignal.any([signal, quiet.signal]) });
    if (!answer.ok || answer.body === null) throw new Error(`${url} answers ${answer.status}`);
    const total = Number(answer.headers.get("content-length") ?? 0);
    const hash = createHash("sha256");
    let received = 0;
    const watch = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        clearTimeout(timer);
        timer = setTimeout(giveUp, SILENCE);
        hash.update(chunk);
        received += chunk.length;
        progress(`downloading, ${megabytes(received)}${total ? ` of ${megabytes(total)}` : ""} MB`);
        done(null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(answer.body), watch, createWriteStream(file));
    return hash.digest("hex");
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The SHA-256 in hex that a published list of checksums has for a file; undefined where it has none.
 * @param ending how the file's line ends: with its name behind a blank, or behind a blank and a star.
 */
export function publishedDigest(list: string, ending: string): string | undefined {
  const line = list.split("\n").find((each) => each.trim().endsWith(ending));
  return line?.split(" ")[0];
}

/** What went wrong with a download, down to its cause, in one line. */
export function downloadProblem(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
