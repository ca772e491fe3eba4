/**
 * The first line of our comment on one project's stack. It is a definition of a link that nobody uses, which Bitbucket and
 * GitHub both show as nothing; Bitbucket would show an HTML comment as it is.
 */
export function marker(project: string, stack: string): string {
  // Nothing that could end its parentheses or its line.
  const name = `${project}/${stack}`.replace(/[^\w./-]/gu, escaped);
  return `[//]: # (slipway-preview ${name})`;
}

function escaped(character: string): string {
  const bytes = [...Buffer.from(character)];
  return bytes.map((byte) => `%${byte.toString(16).padStart(2, "0").toUpperCase()}`).join("");
}
