import { lastLine, type Ran, run } from "../setup/run.ts";
import { UserError } from "../setup/user-error.ts";

/** A Pulumi project on disk with one stack. */
export interface Project {
  /** The folder with `Pulumi.yaml`. */
  readonly folder: string;
  readonly stack: string;
  /** Where its stack file is; it need not be beside the project file. */
  readonly stackFile: string;
}

/** How the CLI is run. */
export interface PulumiOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Stops the CLI when the benchmark is given up. */
  readonly signal: AbortSignal;
}

/**
 * Runs the CLI on a project's stack as a user would, and measures it from start to end.
 * @returns seconds.
 * @throws UserError with the CLI's first error when it fails.
 */
export async function timedPulumi(
  project: Project,
  args: readonly string[],
  { env, signal }: PulumiOptions,
): Promise<number> {
  const began = performance.now();
  const all = [...args, "--non-interactive", "--color=never", "--cwd", project.folder];
  const ran = await run("pulumi", all, {
    env: { ...env, PULUMI_OPTION_CONFIG_FILE: project.stackFile, PULUMI_STACK: project.stack },
    signal,
  });
  const seconds = (performance.now() - began) / 1_000;
  signal.throwIfAborted();
  if (ran.code !== 0) {
    throw new UserError(
      `pulumi ${args.join(" ")}: failed in the benchmark (${reason(ran)}); see whether npm run rehearse works`,
    );
  }
  return seconds;
}

/** The CLI tells its diagnostics on stdout, after its progress and before it counts resources. */
function reason({ stdout, stderr }: Ran): string {
  const from = stdout.lastIndexOf("  error: ");
  if (from < 0) return lastLine(stderr.trim() || stdout);
  const [diagnostic = ""] = stdout.slice(from).split("\n\n");
  return diagnostic.trim().replace(/\s+/g, " ");
}
