import type { Checked } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import { isProperties, type Properties, UNKNOWN, type Value, withoutSecrets } from "../values.ts";
import type { Session } from "./session.ts";

// The configuration of the provider.

/** Refuses a configuration without a region; credentials are not asked for. */
export function checkConfig(inputs: Properties, env: NodeJS.ProcessEnv): Checked {
  const region = regionOf(inputs, env);
  if (region === UNKNOWN || isRegion(region)) return { inputs };
  const reason = region === undefined ? "required, but missing" : `"${region}" is no region`;
  return {
    inputs,
    failures: [{ property: "region", reason: `${reason}; set it on the provider, or aws:region` }],
  };
}

/**
 * Reads the configuration; values that are not text travel as JSON text.
 * @throws RuleError when there is no region.
 */
export function readConfig(
  config: Properties,
  env: NodeJS.ProcessEnv,
): Pick<Session, "account" | "region" | "defaultTags" | "ignoresTag"> {
  const region = regionOf(config, env);
  if (region === undefined || !isRegion(region)) {
    throw new RuleError("aws:region: required, but missing; set it on the provider, or aws:region");
  }
  const accounts = read(config.allowedAccountIds);
  const defaults = read(config.defaultTags);
  const ignored = read(config.ignoreTags);
  const { keys, keyPrefixes } = isProperties(ignored) ? ignored : {};
  const names = texts(keys);
  const prefixes = texts(keyPrefixes);
  return {
    account: texts(accounts)[0] ?? "123456789012",
    region,
    defaultTags:
      isProperties(defaults) && isProperties(defaults.tags)
        ? (defaults.tags as Record<string, string>)
        : {},
    ignoresTag: (name) =>
      names.includes(name) || prefixes.some((prefix) => name.startsWith(prefix)),
  };
}

function regionOf({ region }: Properties, env: NodeJS.ProcessEnv): string | undefined {
  return (region as string | undefined) || env.AWS_REGION || env.AWS_DEFAULT_REGION || undefined;
}

function isRegion(region: string | undefined): boolean {
  return /^[a-z]{2}(?:-[a-z]+)+-\d$/.test(region ?? "");
}

function read(value: Value | undefined): Value | undefined {
  if (typeof value !== "string") return value;
  try {
    return withoutSecrets(JSON.parse(value) as Value);
  } catch {
    return undefined;
  }
}

function texts(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
