import { basename } from "node:path";
import { pulumiFlag } from "../setup/pulumi-flags.ts";
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

/** Flags of `pulumi` itself that take no value, as its `cmd/pulumi/pulumi.go` has them in v3.259.0. */
const switches = new Set([
  ..."-e --emoji -Q --fully-qualify-stack-names --disable-integrity-checking --logflow".split(" "),
  ..."--logtostderr --non-interactive -h --help --version".split(" "),
]);

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
    stack: pulumiFlag(args, "stack", "s"),
    cwd: pulumiFlag(args, "cwd", "C"),
    configFile: pulumiFlag(args, "config-file"),
  };
}

/** Where the command's own name stands among the arguments of `pulumi`; -1 where there is none. */
export function verbAt(args: readonly string[]): number {
  return args.findIndex(
    (arg, at) => !arg.startsWith("-") && (at === 0 || !takesNext(args[at - 1] ?? "")),
  );
}

/** By cobra's own rule (`stripFlags`): before the command's name, any other flag has its value in the next word. */
function takesNext(arg: string): boolean {
  return /^(?:--[^=]+|-[^-])$/.test(arg) && !switches.has(arg);
}
