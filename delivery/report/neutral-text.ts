// Names, values and messages come from whoever wrote the branch: here they become text that no host takes for its own marks.

/** One line without characters that are invisible, change the direction of text, or speak to a pipeline's log. */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(/[\n\r\t\u2028\u2029]+/g, " ")
    .replace(invisible, "�")
    .replaceAll("##[", "# #[");
}

/** The first part of a text, in UTF-16 units and never half a character, and how much of it was left out. */
export function shortened(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const part = text.slice(0, isLowHalf(text, limit) ? limit - 1 : limit);
  return `${part}… (${text.length - part.length} more characters)`;
}

/** Whether a place in a text is in the middle of a character. */
export function isLowHalf(text: string, at: number): boolean {
  return /[\udc00-\udfff]/.test(text.charAt(at)) && /[\ud800-\udbff]/.test(text.charAt(at - 1));
}

/** A name as a code span, in which no host reads links, mentions, HTML or emphasis. */
export function code(text: string, limit = 150): string {
  const line = oneLine(shortened(text.trim(), limit)).trim() || " ";
  const ticks = "`".repeat(longestRun(line) + 1);
  const pad = line.startsWith("`") || line.endsWith("`") ? " " : "";
  return `${ticks}${pad}${line}${pad}${ticks}`;
}

/** Lines as a fenced block that nothing in them can end; each of them has to begin with a mark of ours. */
export function fenced(lines: readonly string[], language: string): string {
  const safe = lines.map(oneLine);
  const ticks = "`".repeat(Math.max(3, longestRun(safe.join("\n")) + 1));
  return [`${ticks}${language}`, ...safe, ticks].join("\n");
}

/** Several lines of somebody else's words as a fenced block, at most so many of them. */
export function quoted(text: string, lines = 40): string {
  const all = text.trim().split(/\r?\n/);
  const shown = all.slice(0, lines).map((line) => `| ${shortened(line, 300)}`);
  const rest = all.length - shown.length;
  return fenced(rest > 0 ? [...shown, `… ${rest} more lines`] : shown, "text");
}

/** A name inside HTML. */
export function html(text: string, limit = 150): string {
  return oneLine(shortened(text, limit))
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** Control characters, marks of direction, and what has no width. */
const invisible =
  /[\p{Cc}\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]|[\u{e0000}-\u{e007f}]/gu;

function longestRun(text: string): number {
  return Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
}
