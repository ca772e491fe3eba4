import { isProperties, type Properties } from "../../values.ts";
import { isGranted } from "../binding.ts";
import { SECRET_VERSION, secretPath, type Version } from "../secret-records.ts";
import type { GoogleSession } from "../session.ts";
import { RevisionFailure } from "./revision-failure.ts";

/** The variables of a container, and which of their values must be told nobody. */
export interface Environment {
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
}

/**
 * The variables as the app sees them, with its secrets read as the runtime's account may.
 * @throws RevisionFailure when a secret is not there, or the account may not read it.
 */
export function environmentOf(
  session: GoogleSession,
  { envs }: Properties,
  { account, project }: { account: string; project: string },
): Environment {
  const env: Record<string, string> = {};
  const secrets: string[] = [];
  for (const { name, value, valueSource } of Array.isArray(envs) ? envs.filter(isProperties) : []) {
    const reference = isProperties(valueSource) ? valueSource.secretKeyRef : undefined;
    if (!isProperties(reference)) {
      env[String(name)] = String(value ?? "");
      continue;
    }
    const secret = secretPath(String(reference.secret), project);
    const found = readSecret(session, secret, String(reference.version ?? "latest"), account);
    env[String(name)] = found;
    secrets.push(found);
  }
  return { env, secrets };
}

function readSecret(
  { cloud }: GoogleSession,
  secret: string,
  wanted: string,
  account: string,
): string {
  const member = `serviceAccount:${account}`;
  const role = "roles/secretmanager.secretAccessor";
  if (!isGranted(cloud, { resource: secret, role, member })) {
    throw new RevisionFailure(
      9,
      `Permission denied on secret: ${secret} for Revision service account ${account}. The service account used must be granted the 'Secret Manager Secret Accessor' role (${role})`,
    );
  }
  const versions = cloud
    .list<Version>(SECRET_VERSION)
    .filter(({ id }) => id.startsWith(`${secret}/versions/`))
    .sort((a, b) => numberOf(a.id) - numberOf(b.id));
  const found =
    wanted === "latest"
      ? versions.at(-1)
      : versions.find(({ id }) => id === `${secret}/versions/${wanted}`);
  if (found?.value.state !== "ENABLED" || found.value.value === undefined) {
    const why = found ? `is ${found.value.state}` : "was not found";
    throw new RevisionFailure(9, `Secret ${secret}/versions/${wanted} ${why}`);
  }
  return found.value.value;
}

function numberOf(id: string): number {
  return Number(id.split("/").at(-1));
}
