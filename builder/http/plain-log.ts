import type { LogLine } from "../build.ts";

// What a command writes reaches the terminal of whoever reads the log: colours may pass, what moves the cursor, renames the
// window or asks the terminal something may not.

const ESCAPE = "\\u001b";
const colour = `${ESCAPE}\\[[0-9;:]{0,64}m`;
const sequence = [
  // What is sent to the terminal itself, such as its title, with its text.
  `(?:${ESCAPE}[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])[^\\u0007\\u001b\\u009c]{0,4096}(?:\\u0007|${ESCAPE}\\\\|\\u009c)?`,
  `(?:${ESCAPE}\\[|\\u009b)[0-?]{0,64}[ -/]{0,16}[@-~]?`,
  `${ESCAPE}[ -/]{0,16}[0-~]?`,
].join("|");
const pattern = new RegExp(
  `(?<colour>${colour})|${sequence}|[\\u0000-\\u0008\\u000a-\\u001f\\u007f-\\u009f]`,
  "g",
);

/** Lines as plain text, one after the other, of one attempt or of all. */
export async function* plainLog(
  lines: AsyncIterable<LogLine>,
  attempt?: number,
): AsyncGenerator<string> {
  for await (const line of lines) {
    if (attempt === undefined || line.attempt === attempt) yield `${harmless(line.text)}\n`;
  }
}

/** Takes out what a terminal would obey, but for colours. */
export function harmless(text: string): string {
  return text.replace(pattern, "$<colour>");
}
