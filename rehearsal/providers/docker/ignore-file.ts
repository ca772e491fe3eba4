import { readFile } from "node:fs/promises";
import { join } from "node:path";
import dockerIgnore from "@balena/dockerignore";

// Which files of a build context Docker leaves out.

/** The rules of a context's ignore file. */
export interface IgnoreRules {
  /** Whether this path, relative to the context with `/` between names, is left out. */
  ignores(path: string): boolean;
  /** Whether a folder that is left out can still hold files that are not. */
  readonly hasExceptions: boolean;
}

/** Reads `<Dockerfile>.dockerignore`, else the context's `.dockerignore`; neither means that nothing is left out. */
export async function readIgnoreRules(context: string, dockerfile: string): Promise<IgnoreRules> {
  const lines = await firstOf([`${dockerfile}.dockerignore`, join(context, ".dockerignore")]);
  const rules = dockerIgnore.default({ ignorecase: false }).add(lines);
  return {
    ignores: (path) => rules.ignores(path),
    hasExceptions: lines.split("\n").some((line) => line.trim().startsWith("!")),
  };
}

async function firstOf(files: readonly string[]): Promise<string> {
  for (const file of files) {
    const text = await readFile(file, "utf8").catch(() => undefined);
    if (text !== undefined) return text;
  }
  return "";
}
