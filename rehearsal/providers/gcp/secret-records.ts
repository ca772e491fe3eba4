import type { Cloud } from "../../cloud/cloud.ts";
import type { Properties } from "../values.ts";
import { API } from "./api-error.ts";
import { byProjectId } from "./session.ts";

// The secrets that the cloud keeps.

/** The kind of the records of secrets; their ids are `projects/P/secrets/S`. */
export const SECRET = "gcp/secret";

/** The kind of the records of versions; their ids are `projects/P/secrets/S/versions/N`. */
export const SECRET_VERSION = "gcp/secret-version";

/** A version as the cloud keeps it. */
export interface Version {
  readonly state: "ENABLED" | "DISABLED" | "DESTROYED";
  /** Absent once it is destroyed. */
  readonly value?: string;
  /** The resource's own state. */
  readonly resource: Properties;
}

/** The path of a secret that was written as its short id or as its path. */
export function secretPath(secret: string, project: string): string {
  return secret.includes("/")
    ? byProjectId(secret, project)
    : `projects/${project}/secrets/${secret}`;
}

/**
 * Makes a version that a configuration takes for granted exist.
 * @param id `projects/P/secrets/S/versions/N`.
 * @param value its value, also where it was there; by default a placeholder where it was not.
 * @returns whether it was not there.
 */
export function assumeSecretVersion(cloud: Cloud, id: string, value?: string): boolean {
  const secret = id.replace(/\/versions\/[^/]+$/, "");
  const [, project = "", , secretId = ""] = secret.split("/");
  cloud.create(API, `${project}/secretmanager.googleapis.com`, {});
  cloud.create(SECRET, secret, { name: secret, project, secretId, assumed: true });
  const version: Version = {
    state: "ENABLED",
    value: value ?? "placeholder",
    resource: { name: id },
  };
  const isNew = cloud.create(SECRET_VERSION, id, version);
  if (!isNew && value !== undefined) cloud.put(SECRET_VERSION, id, version);
  return isNew;
}
