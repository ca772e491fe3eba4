import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "./machine.ts";
import { run } from "./run.ts";

/**
 * The version of a Pulumi CLI, e.g. `3.259.0`; undefined if it does not say one. Asking it takes a quarter of a second, so the
 * answer is kept until the file changes.
 */
export async function pulumiVersion(
  executable: string,
  machine: Machine,
): Promise<string | undefined> {
  const { mtimeMs, size } = statSync(executable);
  const file = `${executable} ${mtimeMs} ${size}`;
  const note = join(machine.cache, "pulumi-on-path.json");
  const known = readNote(note);
  if (known?.file === file) return known.version;
  const { code, stdout } = await run(executable, ["version"], {
    env: { ...machine.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    timeout: 20_000,
  });
  const version = /^v?(\d+\.\d+\.\d+)/m.exec(stdout)?.[1];
  if (code !== 0 || version === undefined) return undefined;
  mkdirSync(machine.cache, { recursive: true });
  writeFileSync(`${note}.${process.pid}`, JSON.stringify({ file, version }));
  renameSync(`${note}.${process.pid}`, note);
  return version;
}

function readNote(note: string): { file: string; version: string } | undefined {
  try {
    return JSON.parse(readFileSync(note, "utf8"));
  } catch {
    return undefined;
  }
}
