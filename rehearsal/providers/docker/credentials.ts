import { execFile } from "node:child_process";
import { access, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { RuleError } from "../rule-error.ts";
import { credentialKey } from "./reference.ts";

// The registry credentials that Docker keeps on this machine: in its configuration file and in credential helpers.

/** Username and password of one registry. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** Credentials by `credentialKey`. */
export type CredentialStore = ReadonlyMap<string, Credentials>;

/** Docker's `config.json`, as far as credentials go. */
export interface DockerConfig {
  readonly auths?: {
    readonly [server: string]: { auth?: string; username?: string; password?: string };
  };
  readonly credsStore?: string;
  readonly credHelpers?: { readonly [server: string]: string };
}

/**
 * Reads every credential that Docker has stored, as the real provider does on each build. A default store that fails throws;
 * a helper of one registry that fails is only told through `warn`.
 */
export async function storedCredentials(
  env: NodeJS.ProcessEnv,
  warn: (text: string) => void,
): Promise<CredentialStore> {
  const config = await readDockerConfig(join(configFolder(env), "config.json"));
  const found = new Map(credentialsIn(config));
  const store = config.credsStore ?? (await detectStore(config, env));
  if (store) {
    const servers = await helper(store, "list", "", env).catch((error: Error) => {
      throw new RuleError(
        `credential store "${store}": ${error.message}; log in again or change credsStore in Docker's config.json`,
      );
    });
    for (const server of Object.keys(servers)) await fromHelper(store, server);
  }
  for (const [server, name] of Object.entries(config.credHelpers ?? {})) {
    await fromHelper(name, server).catch((error: Error) =>
      warn(`credential helper "${name}" for ${server}: ${error.message}`),
    );
  }
  return found;

  async function fromHelper(name: string, server: string): Promise<void> {
    const { Username, Secret } = await helper(name, "get", server, env);
    if (Username && Secret)
      found.set(credentialKey(server), { username: Username, password: Secret });
  }
}

/** The folder with Docker's configuration: `DOCKER_CONFIG`, else `~/.docker`. */
export function configFolder(env: NodeJS.ProcessEnv): string {
  return env.DOCKER_CONFIG || join(env.HOME || homedir(), ".docker");
}

/** Reads a `config.json`; one that does not exist is empty. */
export async function readDockerConfig(file: string): Promise<DockerConfig> {
  const text = await readFile(file, "utf8").catch(() => "{}");
  return parseDockerConfig(text, file);
}

/** Parses the text of a `config.json`; throws `RuleError` naming `where` it came from. */
export function parseDockerConfig(text: string, where: string): DockerConfig {
  try {
    return JSON.parse(text.trim() || "{}");
  } catch {
    throw new RuleError(`${where}: not JSON; mend it or remove it`);
  }
}

/** The credentials that are written in the file itself. */
export function credentialsIn(config: DockerConfig): [string, Credentials][] {
  return Object.entries(config.auths ?? {}).flatMap(([server, entry]) => {
    const [username = "", ...rest] = Buffer.from(entry.auth ?? "", "base64")
      .toString()
      .split(":");
    const credentials = {
      username: entry.username || username,
      password: entry.password || rest.join(":"),
    };
    return credentials.username && credentials.password
      ? [[credentialKey(server), credentials]]
      : [];
  });
}

/** Docker picks the platform's store, if its helper is installed, when nothing about credentials is written down. */
async function detectStore(
  config: DockerConfig,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  if (
    Object.keys(config.auths ?? {}).length > 0 ||
    Object.keys(config.credHelpers ?? {}).length > 0
  )
    return undefined;
  const name = { darwin: "osxkeychain", win32: "wincred" }[process.platform as string];
  const candidates = name ? [name] : (await onPath("pass", env)) ? ["pass"] : ["secretservice"];
  for (const candidate of candidates) {
    if (await onPath(`docker-credential-${candidate}`, env)) return candidate;
  }
  return undefined;
}

async function onPath(program: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const names = process.platform === "win32" ? [`${program}.exe`] : [program];
  const files = (env.PATH ?? "")
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)));
  const found = await Promise.all(
    files.map((file) =>
      access(file).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}

/** Docker's credential helper protocol: a verb, a server on stdin, JSON on stdout. */
function helper(
  name: string,
  verb: "list" | "get",
  input: string,
  env: NodeJS.ProcessEnv,
): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    const child = execFile(`docker-credential-${name}`, [verb], { env }, (error, stdout) => {
      if (error) reject(new Error(stdout.trim() || error.message));
      else resolve(JSON.parse(stdout));
    });
    // A helper may end without having read what it was asked; its exit code tells.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}
