import { resolve } from "node:path";
import { isProperties, type Properties, type Value } from "../values.ts";
import {
  type CredentialStore,
  type Credentials,
  configFolder,
  credentialsIn,
  parseDockerConfig,
  readDockerConfig,
} from "./credentials.ts";
import { credentialKey } from "./reference.ts";

// The provider's `registryAuth`: credentials for every docker resource but `Image`.

/** What Docker's client sends to a registry that needs no login: leaving it out would make the engine refuse. */
const NOBODY: Credentials = { username: "username", password: "password" };

/**
 * Credentials by registry, each from the first of: `authDisabled`, a username (else the variable `DOCKER_REGISTRY_USER`),
 * `configFileContent`, `configFile` (else Docker's own configuration).
 */
export async function readRegistryAuth(
  entries: Value | undefined,
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<CredentialStore> {
  const found = new Map<string, Credentials>();
  for (const entry of Array.isArray(entries) ? entries.filter(isProperties) : []) {
    const key = credentialKey(String(entry.address ?? ""));
    const credentials = await credentialsOf(entry, key, env, cwd);
    if (credentials) found.set(key, credentials);
  }
  return found;
}

/** The registries whose address says `http://`: they are asked without TLS. */
export function plainHosts(entries: Value | undefined): ReadonlySet<string> {
  const addresses = (Array.isArray(entries) ? entries.filter(isProperties) : []).map((entry) =>
    String(entry.address ?? ""),
  );
  return new Set(addresses.filter((address) => address.startsWith("http://")).map(credentialKey));
}

async function credentialsOf(
  entry: Properties,
  key: string,
  env: NodeJS.ProcessEnv,
  cwd: string,
): Promise<Credentials | undefined> {
  if (entry.authDisabled === true) return NOBODY;
  const username = String(entry.username ?? env.DOCKER_REGISTRY_USER ?? "");
  if (username)
    return { username, password: String(entry.password ?? env.DOCKER_REGISTRY_PASS ?? "") };
  const config = entry.configFileContent
    ? parseDockerConfig(String(entry.configFileContent), "docker:registryAuth configFileContent")
    : await readDockerConfig(
        entry.configFile
          ? resolve(cwd, String(entry.configFile))
          : `${configFolder(env)}/config.json`,
      );
  return new Map(credentialsIn(config)).get(key);
}
