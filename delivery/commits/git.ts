import { lastLine, run } from "../../setup/run.ts";

/** What git answered in a folder. */
export interface GitAnswer {
  /** 128 and undefined are git's own failures: no repository, an unknown commit, no git. */
  readonly code: number | undefined;
  readonly text: string;
  /** The last thing git complained of. */
  readonly complaint: string;
}

/** Asks git, which never fails here: what went wrong is in the answer. */
export async function git(folder: string, ...args: readonly string[]): Promise<GitAnswer> {
  const { code, stdout, stderr } = await run("git", ["-C", folder, ...args]);
  return { code, text: stdout.trim(), complaint: lastLine(stderr) };
}
