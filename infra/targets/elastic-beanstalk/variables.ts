import { Secret } from "@pulumi/aws/secretsmanager/secret.js";
import { SecretVersion } from "@pulumi/aws/secretsmanager/secretVersion.js";
import type * as pulumi from "@pulumi/pulumi";
import { namePrefix } from "../../ground/names.ts";
import type { EnvironmentValue } from "../target.ts";
import type { Place } from "./place.ts";

/** The variables of a service by name, as Elastic Beanstalk takes them. */
export interface Variables {
  readonly plain: Readonly<Record<string, string>>;
  /** ARNs of Secrets Manager, of a whole secret or with the key of one of its values behind. */
  readonly secrets: Readonly<Record<string, pulumi.Input<string>>>;
  /** The versions of those among them that belong to the stack. */
  readonly versions: readonly pulumi.Output<string>[];
}

/**
 * Puts the stack's own secrets into Secrets Manager, one for each variable; a secret that exists is only named.
 * @param environment the environment's name, which no other one has.
 */
export function makeVariables(
  name: string,
  environment: string,
  env: Readonly<Record<string, EnvironmentValue>>,
  place: Place,
): Variables {
  const plain: Record<string, string> = {};
  const secrets: Record<string, pulumi.Input<string>> = {};
  const versions: pulumi.Output<string>[] = [];
  for (const [key, value] of Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if ("plain" in value) plain[key] = value.plain;
    else if ("ref" in value) secrets[key] = value.ref;
    else {
      const secret = new Secret(
        `${name}-${key}`,
        // Gone at once when it goes: the value is the stack's, and its name would stay taken for weeks.
        { name: `${namePrefix}/${environment}/${key}`, recoveryWindowInDays: 0 },
        place,
      );
      const args = { secretId: secret.id, secretString: value.secret };
      const version = new SecretVersion(`${name}-${key}`, args, place);
      secrets[key] = secret.arn;
      versions.push(version.versionId);
    }
  }
  return { plain, secrets, versions };
}
