import { isAllowed } from "./image-names.ts";

/** The names of comments in which a directive may stand. */
const COMMENTS = ["#", "//"] as const;

/**
 * The frontend's image that a Dockerfile asks for, found as BuildKit finds it: in a leading `# syntax=` or `// syntax=`, or in JSON;
 * a byte order mark and a line with `#!` may come first.
 */
export function syntaxOf(dockerfile: Buffer): string | undefined {
  // Like BuildKit, which takes bytes that are no UTF-8 as they are: Latin-1 keeps each of them.
  const text = dockerfile.toString("latin1").replace(/^\u00ef\u00bb\u00bf/, "");
  const lines = text.split("\n");
  if (lines[0]?.startsWith("#!")) lines.shift();
  for (const comment of COMMENTS) {
    const found = directive(lines, comment);
    if (found !== undefined) return found.split(" ", 1)[0];
  }
  return fromJson(lines.join("\n"));
}

/** Which of the frontends that a build asks for is not on the list; undefined where none is asked for or all are allowed. */
export function forbiddenFrontend(
  asked: readonly (string | undefined)[],
  frontends: readonly string[],
): string | undefined {
  return asked.find((name) => name !== undefined && !isAllowed(name, frontends));
}

/** Directives stand at the top, and the first line that is none ends them. */
function directive(lines: readonly string[], comment: string): string | undefined {
  for (const line of lines) {
    if (!line.startsWith(comment)) return undefined;
    const text = line.slice(comment.length).trimStart();
    const end = text.indexOf("=");
    const name = text.slice(0, end).trimEnd().toLowerCase();
    const value = text.slice(end + 1).trim();
    if (end < 0 || value === "" || !["syntax", "escape", "check"].includes(name)) return undefined;
    if (name === "syntax") return value;
  }
  return undefined;
}

function fromJson(text: string): string | undefined {
  try {
    const { syntax } = JSON.parse(text) ?? {};
    return typeof syntax === "string" ? syntax : undefined;
  } catch {
    return undefined;
  }
}
