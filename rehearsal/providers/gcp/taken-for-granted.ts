import { parseSecretReference } from "../../../infra/config/cloud-run-env.ts";
import { asMap } from "../../as-map.ts";
import type { Cloud } from "../../cloud/cloud.ts";
import { unknownDatabases } from "../../database/wanted.ts";
import { assumeAccount } from "./account.ts";
import { assumeSecretVersion } from "./secret-records.ts";

/**
 * Lets the cloud have what a stack refers to as already there: the versions of secrets, with placeholders for their values
 * but for those that name a database, and the accounts that prove private services.
 * @param config the stack's configuration, as its file has it.
 * @param databases the URLs of the rehearsal's databases, by service.
 * @returns the names of what was not there, but for the databases.
 */
export function takeForGranted(
  cloud: Cloud,
  config: Readonly<Record<string, unknown>>,
  databases: Readonly<Record<string, string>> = {},
): string[] {
  for (const { service, target, ref } of unknownDatabases(config)) {
    const version = target.kind === "cloud-run" && versionPath(ref, target.project);
    if (version && databases[service]) assumeSecretVersion(cloud, version, databases[service]);
  }
  return Object.values(asMap(config["slipway:services"])).flatMap((service) => {
    const { env, target } = asMap(service);
    const { kind, project, prover } = asMap(target);
    if (kind !== "cloud-run") return [];
    const versions = Object.values(asMap(env)).flatMap(
      (value) => versionPath(asMap(value).ref, project) ?? [],
    );
    return [
      ...versions.filter((version) => assumeSecretVersion(cloud, version)),
      ...(typeof prover === "string" && assumeAccount(cloud, prover) ? [prover] : []),
    ];
  });
}

/** `projects/P/secrets/S/versions/N` for a reference to it; undefined where it is none. */
function versionPath(reference: unknown, own: unknown): string | undefined {
  const found = parseSecretReference(String(reference));
  if (found === undefined) return undefined;
  const { project = own, secret, version } = found;
  return `projects/${project}/secrets/${secret}/versions/${version}`;
}
