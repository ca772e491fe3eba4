// Build arguments as they are written, one a line.

/**
 * @param {string} text `NAME=value` a line; empty lines count for nothing.
 * @returns {{ args: Record<string, string>, problem?: string }} The problem names the first line that is wrong.
 */
export function readArgs(text) {
  /** @type {Map<string, string>} */
  const args = new Map();
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === "") continue;
    const { name, value = "" } = /^\s*(?<name>[^\s=]+)=(?<value>.*)$/.exec(line)?.groups ?? {};
    if (name === undefined) return { args: {}, problem: `“${line.trim()}” is not NAME=value.` };
    if (args.has(name)) return { args: {}, problem: `${name} is there twice.` };
    args.set(name, value);
  }
  return { args: Object.fromEntries(args) };
}
