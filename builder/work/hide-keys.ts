import type { LogLine } from "../build.ts";
import { REDACTED } from "./redact.ts";

// A private key is written over many lines, and a log comes line by line: which of them are a key's, the lines before them say.

const BEGIN = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const END = /-----END [A-Z ]{0,60}-----/g;

/** Lines of the longest key there may be; one that never ends does not hide the rest of the log. */
const MOST_LINES = 600;

/**
 * Watches the texts of one log, in the order in which they are written.
 * @returns what is shown of a text within a private key; undefined for any other, whose marks are hidden by their own shape.
 */
export function keyHider(): (stream: LogLine["stream"], text: string) => string | undefined {
  const left: Partial<Record<LogLine["stream"], number>> = {};
  return (stream, text) => {
    const before = left[stream] ?? 0;
    const [begin, end] = [lastOf(BEGIN, text), lastOf(END, text)];
    if (begin > end) left[stream] = MOST_LINES;
    else left[stream] = end >= 0 ? 0 : Math.max(0, before - 1);
    return before > 0 ? REDACTED : undefined;
  };
}

/** Where the last one begins; -1 where there is none. */
function lastOf(mark: RegExp, text: string): number {
  let last = -1;
  for (const { index } of text.matchAll(mark)) last = index;
  return last;
}
