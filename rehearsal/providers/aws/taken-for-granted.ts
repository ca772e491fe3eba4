import type { Cloud } from "../../cloud/cloud.ts";
import { unknownDatabases } from "../../database/wanted.ts";
import { assumeSecret } from "./secret-version.ts";

/**
 * Lets the cloud have the secrets that name a database of a stack's services on Elastic Beanstalk. Every other one that a stack
 * refers to as already there is a placeholder, which the user is told when an app gets it.
 * @param config the stack's configuration, as its file has it.
 * @param databases the URLs of the rehearsal's databases, by service.
 */
export function takeForGranted(
  cloud: Cloud,
  config: Readonly<Record<string, unknown>>,
  databases: Readonly<Record<string, string>>,
): void {
  for (const { service, target, ref } of unknownDatabases(config)) {
    const url = databases[service];
    if (target.kind !== "elastic-beanstalk" || ref === undefined || url === undefined) continue;
    // Seven parts are the secret's own; an eighth is a key of the JSON in it.
    const parts = ref.split(":");
    const [arn, key] = [parts.slice(0, 7).join(":"), parts[7]];
    assumeSecret(cloud, arn, key === undefined ? url : JSON.stringify({ [key]: url }));
  }
}
