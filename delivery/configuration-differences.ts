import { existsSync, readFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { parse } from "yaml";
import { git } from "./commits/git.ts";

/**
 * The keys that a stack file has otherwise now than at a commit, without their values; undefined when the commit's stack
 * file cannot be had.
 */
export async function configurationDifferences(
  file: string,
  commit: string,
): Promise<string[] | undefined> {
  const hash = commit.slice(0, 40);
  const then = await git(dirname(file), "show", `${hash}:./${basename(file)}`);
  if (then.code !== 0 || !existsSync(file)) return undefined;
  try {
    return keysThatDiffer(configOf(then.text), configOf(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

/** The paths of all leaves that are in one map only, or have another value there. */
export function keysThatDiffer(one: unknown, other: unknown): string[] {
  const [then, now] = [leaves(one), leaves(other)];
  const keys = new Set([...then.keys(), ...now.keys()]);
  return [...keys].filter((key) => then.get(key) !== now.get(key)).toSorted();
}

function configOf(text: string): unknown {
  const { config = {} } = (parse(text) ?? {}) as { config?: Record<string, unknown> };
  return { ...config, "slipway:release": undefined };
}

function leaves(value: unknown, path = ""): Map<string, string> {
  // A secure value is one leaf: what is in it is nobody's business.
  const isLeaf = typeof value !== "object" || value === null || "secure" in value;
  if (isLeaf) return new Map(value === undefined ? [] : [[path, JSON.stringify(value)]]);
  return new Map(
    Object.entries(value).flatMap(([key, item]) => [
      ...leaves(item, path === "" ? key : `${path}.${key}`),
    ]),
  );
}
