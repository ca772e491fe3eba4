import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import dockerIgnore from "@balena/dockerignore";

// Which files of a build context Docker leaves out.

/** The rules of a context's ignore file. */
export interface IgnoreRules {
  /** Whether this path, relative to the context with `/` between names, is left out. */
  ignores(path: string): boolean;
  /** Whether a folder that is left out can still hold files that are not. */
  mayHoldExceptions(folder: string): boolean;
}

/** Reads `<Dockerfile>.dockerignore`, else the context's `.dockerignore`; neither means that nothing is left out. */
export async function readIgnoreRules(context: string, dockerfile: string): Promise<IgnoreRules> {
  const lines = await firstOf([`${dockerfile}.dockerignore`, join(context, ".dockerignore")]);
  const exceptions = lines
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("!"))
    .map((line) => posix.normalize(line.slice(1).trim()).split("/").filter(Boolean));
  const rules = dockerIgnore.default({ ignorecase: false }).add(lines);
  return {
    ignores: (path) => rules.ignores(path),
    mayHoldExceptions: (folder) =>
      exceptions.some((exception) => leadsBelow(folder.split("/"), exception)),
  };
}

/** Whether a pattern can mean something inside a folder; wildcards are taken for whatever they might be. */
function leadsBelow(folder: readonly string[], pattern: readonly string[]): boolean {
  const any = pattern.indexOf("**");
  const fixed = any === -1 ? pattern : pattern.slice(0, any);
  if (any === -1 && pattern.length <= folder.length) return false;
  return folder
    .slice(0, fixed.length)
    .every((name, at) => fixed[at] === name || /[*?[\\]/.test(fixed[at] ?? ""));
}

async function firstOf(files: readonly string[]): Promise<string> {
  for (const file of files) {
    const text = await readFile(file, "utf8").catch(() => undefined);
    if (text !== undefined) return text;
  }
  return "";
}
