import { asMap } from "../../as-map.ts";
import type { Cloud } from "../../cloud/cloud.ts";
import { unknownDatabases } from "../../database/wanted.ts";
import { assumeSecret } from "./secret-version.ts";

type Config = Readonly<Record<string, unknown>>;

/** A secret's ARN, and a key of the JSON in it where one is meant. */
interface Place {
  readonly arn: string;
  readonly key: string | undefined;
}

/**
 * Lets the cloud have the secrets that name a database of a stack's services on Elastic Beanstalk. Every other one that a stack
 * refers to as already there is a placeholder, which the user is told when an app gets it.
 * @param config the stack's configuration, as its file has it.
 * @param databases the URLs of the rehearsal's databases, by service.
 */
export function takeForGranted(
  cloud: Cloud,
  config: Config,
  databases: Readonly<Record<string, string>>,
): void {
  const named = unknownDatabases(config).flatMap(({ service, target, ref }) => {
    const url = databases[service];
    return target.kind === "elastic-beanstalk" && ref && url ? [{ ...placeOf(ref), url }] : [];
  });
  for (const arn of new Set(named.map((each) => each.arn))) {
    const own = named.filter((each) => each.arn === arn);
    const whole = own.find(({ key }) => key === undefined)?.url;
    // One JSON, with a placeholder for each further key that the stack refers to.
    const keys = referred(config).flatMap((each) => (each.arn === arn && each.key) || []);
    const json = Object.fromEntries([
      ...keys.map((key) => [key, `placeholder for ${key}`]),
      ...own.map(({ key, url }) => [key, url]),
    ]);
    assumeSecret(cloud, arn, whole ?? JSON.stringify(json));
  }
}

/** Every secret that the variables of a stack refer to. */
function referred(config: Config): Place[] {
  return Object.values(asMap(config["slipway:services"])).flatMap((service) =>
    Object.values(asMap(asMap(service).env)).map((value) => placeOf(String(asMap(value).ref))),
  );
}

/** Seven parts are the secret's own; an eighth is a key of the JSON in it. */
function placeOf(reference: string): Place {
  const parts = reference.split(":");
  return { arn: parts.slice(0, 7).join(":"), key: parts[7] };
}
