import { type ParseArgsConfig, parseArgs } from "node:util";
import { RunError } from "@pulumi/pulumi/errors.js";
import { UserError } from "../setup/user-error.ts";
import { warn } from "./tell.ts";

/**
 * Runs one of the verbs and ends the process with its exit code; a mistake or a lack is shown as its message alone, with
 * exit code 1.
 */
export async function command(work: (args: readonly string[]) => Promise<number>): Promise<void> {
  try {
    // What a registry's client keeps open must not hold the command back.
    process.exit(await work(process.argv.slice(2)));
  } catch (error) {
    if (!(error instanceof UserError || error instanceof RunError)) throw error;
    warn(error.message.replaceAll("\n", "\n  "));
    process.exit(1);
  }
}

/**
 * Reads the flags of a verb.
 * @throws UserError that lists the flags there are.
 */
export function readFlags<const Options extends NonNullable<ParseArgsConfig["options"]>>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const flags = Object.keys(options).map((name) => `--${name}`);
    throw new UserError(
      `command line: ${(error as Error).message.split(".")[0]}; use ${flags.join(", ")}`,
    );
  }
}
