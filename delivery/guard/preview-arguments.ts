import { shortSwitches } from "../../setup/pulumi-flags.ts";
import { verbAt } from "../pulumi-up.ts";

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

/** What makes a `pulumi up` ask nobody, as its `operations/up.go` has it in v3.259.0; `-y` and `-f` are the first two. */
const silencing = ["yes", "skip-preview", "remote"];

/** The words of pflag for a boolean that is off. */
const off = new Set("0 f F false False FALSE".split(" "));

/**
 * The arguments of the `pulumi preview --json` that plans what a `pulumi up` would do.
 * @param args those of the `up`, behind the program, the verb among them.
 */
export function previewArguments(args: readonly string[]): string[] {
  const verb = verbAt(args);
  const kept = [...without(args.slice(0, verb)), "preview", ...without(args.slice(verb + 1))];
  return [...kept, "--json"];
}

/** Whether a `pulumi up` is told to ask nobody, by a flag or a variable; a flag that is given twice counts when one of them says so. */
export function asksNobody(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  const options = silencing.map(
    (flag) => `PULUMI_OPTION_${flag.toUpperCase().replaceAll("-", "_")}`,
  );
  const isTruthy = (name: string): boolean => /^(?:1|true)$/i.test(env[name] ?? "");
  return ["PULUMI_SKIP_CONFIRMATIONS", ...options].some(isTruthy) || args.some(silences);
}

function silences(arg: string): boolean {
  const [, long = "", given] = /^--([^=]+)(?:=(.*))?$/s.exec(arg) ?? [];
  if (long !== "") return silencing.includes(long) && !off.has(given ?? "true");
  const { own, rest } = shortSwitches(arg);
  // A value is that of the last switch in the word.
  const isOff = rest.startsWith("=") && off.has(rest.slice(1));
  return /[fy]/.test(isOff ? own.slice(0, -1) : own);
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

/** `-yf` and `-y=true` go, and of `-ys production` stays `-s production`. */
function withoutSwitches(arg: string): string[] {
  if (!/^-[^-]/.test(arg)) return [arg];
  const { own, rest } = shortSwitches(arg);
  const isValueOfDropped = rest.startsWith("=") && /[fjy]$/.test(own);
  const short = `-${own.replace(/[fjy]/g, "")}${isValueOfDropped ? "" : rest}`;
  return short === "-" ? [] : [short];
}
