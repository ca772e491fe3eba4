import type { Value } from "../values.ts";

// The option settings of an environment.

/** One option as it is configured. */
export interface Setting {
  readonly namespace: string;
  readonly name: string;
  readonly value: string;
  /** Only scheduled actions have one. */
  readonly resource?: string;
}

/** The settings of a plan, each with its own value; of two for the same option the later one counts. */
export function readSettings(settings: Value | undefined): Setting[] {
  const given = (settings ?? []) as unknown as Setting[];
  const last = new Map(given.map((each) => [keyOf(each), each]));
  return given.filter((each) => last.get(keyOf(each)) === each).map(asStored);
}

/** An option's value; undefined where it is not configured. */
export function optionOf(
  settings: readonly Setting[],
  namespace: string,
  name: string,
): string | undefined {
  return settings.find((each) => each.namespace === `aws:${namespace}` && each.name === name)
    ?.value;
}

/** All options of a namespace, by name. */
export function optionsOf(settings: readonly Setting[], namespace: string): Record<string, string> {
  return Object.fromEntries(
    settings
      .filter((each) => each.namespace === `aws:${namespace}`)
      .map(({ name, value }) => [name, value]),
  );
}

/** The settings that the environment keeps: those of another kind of load balancer than its own are dropped in silence. */
export function applicable(settings: readonly Setting[]): Setting[] {
  const isBalanced =
    optionOf(settings, "elasticbeanstalk:environment", "EnvironmentType") !== "SingleInstance";
  const kind = optionOf(settings, "elasticbeanstalk:environment", "LoadBalancerType") ?? "classic";
  return settings.filter(({ namespace }) => {
    if (namespace.startsWith("aws:elb:")) return isBalanced && kind === "classic";
    if (namespace.startsWith("aws:elbv2:")) return isBalanced && kind !== "classic";
    return true;
  });
}

function keyOf({ namespace, name, resource = "" }: Setting): string {
  return `${namespace}\n${name}\n${resource}`;
}

/** Truth values are given back in lower case, but those of the app's own variables. */
function asStored(setting: Setting): Setting {
  const value = /^(?:true|false)$/i.test(setting.value)
    ? setting.value.toLowerCase()
    : setting.value;
  const isVariable = setting.namespace === "aws:elasticbeanstalk:application:environment";
  return isVariable ? setting : { ...setting, value };
}
