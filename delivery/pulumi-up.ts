import { basename } from "node:path";
import { UserError } from "../setup/user-error.ts";

/** A `pulumi up` as a user wrote it, and what of it concerns the delivery around it. */
export interface PulumiUp {
  /** As it was called: `pulumi`, or a path. */
  readonly program: string;
  /** Everything behind the program, unchanged. */
  readonly args: readonly string[];
  readonly stack: string | undefined;
  /** The folder that `--cwd` names. */
  readonly cwd: string | undefined;
  readonly configFile: string | undefined;
}

const usage = "use npm run deliver -- pulumi up --stack STACK";

/** Flags before the command's own name that take a value of their own. */
const withValue = new Set(
  "-C --cwd --color --memprofilerate --profiling --tracing -v --verbose -s --stack".split(" "),
);

/**
 * Reads a command line that is to be delivered.
 * @throws UserError for anything but `pulumi up`: only that makes releases.
 */
export function readPulumiUp([program, ...args]: readonly string[]): PulumiUp {
  if (program === undefined) throw new UserError(`deliver: there is no command; ${usage}`);
  if (!/^pulumi(?:\.exe)?$/.test(basename(program))) {
    throw new UserError(`deliver: ${program} is not pulumi; ${usage}`);
  }
  const verb = args[verbAt(args)];
  if (verb !== "up" && verb !== "update") {
    const command = [program, ...args].join(" ");
    throw new UserError(
      `deliver: ${command} makes no release; run it by itself, or ${usage.replace("use ", "")}`,
    );
  }
  return {
    program,
    args,
    stack: flag(args, "--stack", "-s"),
    cwd: flag(args, "--cwd", "-C"),
    configFile: flag(args, "--config-file"),
  };
}

/** Where the command's own name stands among the arguments of `pulumi`; -1 where there is none. */
export function verbAt(args: readonly string[]): number {
  return args.findIndex(
    (arg, at) => !arg.startsWith("-") && (at === 0 || !withValue.has(args[at - 1] ?? "")),
  );
}

/** The value of a flag in any of the ways to write it; the last one counts, as it does for Pulumi. */
function flag(args: readonly string[], long: string, short?: string): string | undefined {
  let value: string | undefined;
  for (const [at, arg] of args.entries()) {
    if (arg === long || arg === short) value = args[at + 1];
    else if (arg.startsWith(`${long}=`)) value = arg.slice(long.length + 1);
    else if (short && arg.startsWith(short) && !arg.startsWith("--")) {
      value = arg.slice(short.length).replace(/^=/, "");
    }
  }
  return value || undefined;
}
