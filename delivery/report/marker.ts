/**
 * The first line of our comment on one project's stack, with the number of the run that wrote it. It is a definition of a
 * link that nobody uses, which Bitbucket and GitHub both show as nothing; Bitbucket would show an HTML comment as it is.
 */
export function marker(project: string, stack: string, run?: number): string {
  return `[//]: # (slipway-preview ${nameOf(project, stack)}${run === undefined ? "" : ` ${run}`})`;
}

/**
 * The number of the run that wrote a comment of one project's stack: 0 where the comment names none.
 * @returns undefined for a comment that does not begin with the marker of that stack.
 */
export function runIn(comment: string, project: string, stack: string): number | undefined {
  const line = comment.split(/\r?\n/, 1)[0]?.trimEnd() ?? "";
  const [, name, run] = /^\[\/\/\]: # \(slipway-preview (\S+)(?: (\d{1,15}))?\)$/.exec(line) ?? [];
  return name === nameOf(project, stack) ? Number(run ?? 0) : undefined;
}

/** Without anything that could end the marker's parentheses or its line, and without spaces. */
function nameOf(project: string, stack: string): string {
  return `${project}/${stack}`.replace(/[^\w./-]/gu, escaped);
}

function escaped(character: string): string {
  const bytes = [...Buffer.from(character)];
  return bytes.map((byte) => `%${byte.toString(16).padStart(2, "0").toUpperCase()}`).join("");
}
