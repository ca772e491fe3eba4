import { Secret } from "@pulumi/gcp/secretmanager/secret.js";
import { SecretIamMember } from "@pulumi/gcp/secretmanager/secretIamMember.js";
import { SecretVersion } from "@pulumi/gcp/secretmanager/secretVersion.js";
import type { Account } from "@pulumi/gcp/serviceaccount/account.js";
import type { cloudrunv2 } from "@pulumi/gcp/types/input.js";
import * as pulumi from "@pulumi/pulumi";
import { parseSecretReference } from "../../config/cloud-run-env.ts";
import type { EnvironmentValue } from "../target.ts";

type Variable = cloudrunv2.ServiceTemplateContainerEnv;

export interface SecretVariablesArgs {
  /** The name of the service in its project, which the ids of its secrets begin with. */
  readonly prefix: string;
  readonly env: Readonly<Record<string, EnvironmentValue>>;
  /** Whom the secrets are opened to, and nobody else. */
  readonly account: Account;
}

/**
 * The variables of a service in the order of their names, and the grants without which its revisions cannot start. A secret is
 * read from Secret Manager, by the number of its version.
 */
export function variables(
  name: string,
  { prefix, env, account }: SecretVariablesArgs,
  options: pulumi.CustomResourceOptions,
): { readonly envs: Variable[]; readonly grants: SecretIamMember[] } {
  const granted = new Map<string, SecretIamMember>();
  const grant = (grantee: string, secretId: pulumi.Input<string>, project?: string) => {
    const { member } = account;
    const role = "roles/secretmanager.secretAccessor";
    const args = { secretId, role, member, ...(project && { project }) };
    // Two grants of the same would be one: taking the first away would take the other.
    if (!granted.has(grantee)) {
      granted.set(grantee, new SecretIamMember(grantee, args, options));
    }
  };
  const envs = Object.entries(env)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]): Variable => {
      if ("plain" in value) return { name: key, value: value.plain };
      if ("ref" in value) {
        const { project, secret, path, version } = existing(key, value.ref);
        grant([name, project, secret].filter(Boolean).join("."), secret, project);
        return { name: key, valueSource: { secretKeyRef: { secret: path, version } } };
      }
      const { secret, version } = own(`${name}-${key}`, `${prefix}-${key}`, value.secret, options);
      grant(`${name}-${key}`, secret);
      return { name: key, valueSource: { secretKeyRef: { secret, version } } };
    });
  return { envs, grants: [...granted.values()] };
}

/** A new value is a new version. The old one stays, because the revision that serves until the new one is ready reads it. */
function own(
  name: string,
  secretId: string,
  value: pulumi.Output<string>,
  options: pulumi.CustomResourceOptions,
) {
  const secret = new Secret(name, { secretId, replication: { auto: {} } }, options);
  const version = new SecretVersion(
    name,
    { secret: secret.id, secretData: pulumi.secret(value), deletionPolicy: "ABANDON" },
    options,
  );
  return { secret: secret.secretId, version: version.version };
}

function existing(key: string, reference: string) {
  const found = parseSecretReference(reference);
  if (!found) throw new Error(`env.${key}: "${reference}" names no version of a secret`);
  const { project, secret } = found;
  return { ...found, path: project ? `projects/${project}/secrets/${secret}` : secret };
}
