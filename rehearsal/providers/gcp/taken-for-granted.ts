import { parseSecretReference } from "../../../infra/config/cloud-run-env.ts";
import type { Cloud } from "../../cloud/cloud.ts";
import { assumeAccount } from "./account.ts";
import { assumeSecretVersion } from "./secret-records.ts";

type Map = Readonly<Record<string, unknown>>;

/**
 * Lets the cloud have what a stack refers to as already there: the versions of secrets, with placeholders for their values, and
 * the accounts that prove private services.
 * @param config the stack's configuration, as its file has it.
 * @returns the names of what was not there.
 */
export function takeForGranted(cloud: Cloud, config: Map): string[] {
  return Object.values(asMap(config["slipway:services"])).flatMap((service) => {
    const { env, target } = asMap(service);
    const { kind, project, prover } = asMap(target);
    if (kind !== "cloud-run") return [];
    const references = Object.values(asMap(env)).flatMap(
      (value) => parseSecretReference(String(asMap(value).ref)) ?? [],
    );
    const versions = references.map(
      ({ project: named = project, secret, version }) =>
        `projects/${named}/secrets/${secret}/versions/${version}`,
    );
    return [
      ...versions.filter((version) => assumeSecretVersion(cloud, version)),
      ...(typeof prover === "string" && assumeAccount(cloud, prover) ? [prover] : []),
    ];
  });
}

/** What is no map is for the program to refuse. */
function asMap(value: unknown): Map {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
