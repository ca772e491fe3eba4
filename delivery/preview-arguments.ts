import { verbAt } from "./pulumi-up.ts";

/** Flags that only `pulumi up` knows, those that say how things are shown, and those that would end a preview in another way. */
const dropped = new Set([
  ..."yes skip-preview continue-on-error strict expect-no-changes attach-debugger".split(" "),
  ..."json diff show-secrets show-config show-replacement-steps show-sames show-reads".split(" "),
  ..."show-policy-remediations show-full-output suppress-outputs suppress-progress neo copilot".split(
    " ",
  ),
  ...["neo-task-on-failure", "urns"],
]);

/** The same, of those that take a value. */
const droppedWithValue = new Set(["secrets-provider", "plan", "output", "event-log"]);

/** Short flags that take no value of their own; several may stand in one word. */
const switches = "deEfhjrQy";

/**
 * The arguments of the `pulumi preview --json` that plans what a `pulumi up` would do.
 * @param args those of the `up`, behind the program, the verb among them.
 */
export function previewArguments(args: readonly string[]): string[] {
  const verb = verbAt(args);
  const kept = [...without(args.slice(0, verb)), "preview", ...without(args.slice(verb + 1))];
  return [...kept, "--json"];
}

/** Whether a `pulumi up` is told to ask nobody. */
export function asksNobody(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (env.PULUMI_SKIP_CONFIRMATIONS === "true") return true;
  return args.some((arg) => {
    const short = /^-(?!-)(.*)$/.exec(arg)?.[1];
    return short === undefined
      ? /^--yes(?:=true)?$/.test(arg)
      : [...leadingSwitches(short)].includes("y");
  });
}

function without(args: readonly string[]): string[] {
  const left: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? "";
    const long = /^--([^=]+)(=)?/.exec(arg);
    if (long === null) left.push(...withoutSwitches(arg));
    else if (droppedWithValue.has(long[1] ?? "")) at += long[2] ? 0 : 1;
    else if (!dropped.has(long[1] ?? "")) left.push(arg);
  }
  return left;
}

/** `-yf` goes, and of `-ys production` stays `-s production`. */
function withoutSwitches(arg: string): string[] {
  if (!/^-[^-]/.test(arg)) return [arg];
  const own = leadingSwitches(arg.slice(1));
  const rest = arg.slice(1 + own.length);
  const short = `-${own.replace(/[fjy]/g, "")}${rest}`;
  return short === "-" ? [] : [short];
}

function leadingSwitches(short: string): string {
  return new RegExp(`^[${switches}]*`).exec(short)?.[0] ?? "";
}
