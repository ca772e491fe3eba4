/** Short flags of Pulumi's CLI that take no value of their own; several may stand in one word. */
const switches = "deEfhjrQy";

/** The short switches that begin an argument, and what stands behind them: `-ys production` has `y` and `s`. */
export function shortSwitches(arg: string): { own: string; rest: string } {
  const [, own = "", rest = ""] = new RegExp(`^-([${switches}]*)([^-].*)?$`, "s").exec(arg) ?? [];
  return { own, rest };
}

/**
 * The value of a flag of Pulumi's CLI in any of the ways to write it; the last one counts, as it does for Pulumi. Undefined
 * where it is not given, or is empty.
 * @param short its letter, where it has one.
 */
export function pulumiFlag(
  args: readonly string[],
  long: string,
  short?: string,
): string | undefined {
  let value: string | undefined;
  for (const [at, arg] of args.entries()) {
    const { rest } = shortSwitches(arg);
    if (arg === `--${long}`) value = args[at + 1];
    else if (arg.startsWith(`--${long}=`)) value = arg.slice(`--${long}=`.length);
    else if (short && rest === short) value = args[at + 1];
    else if (short && rest.startsWith(short)) value = rest.slice(1).replace(/^=/, "");
  }
  return value || undefined;
}
