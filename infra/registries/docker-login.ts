import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RunError } from "@pulumi/pulumi/errors.js";
import type { Login, Logins } from "../config/environment.ts";

/** Docker's `config.json`, as far as logins go. */
interface DockerConfig {
  readonly auths?: Readonly<
    Record<string, { auth?: string; username?: string; password?: string } | undefined>
  >;
  readonly credsStore?: string;
  readonly credHelpers?: Readonly<Record<string, string>>;
}

type Environment = NonNullable<Logins["environment"]>;

/** A helper may ask its cloud for a token. */
const longestHelp = 30_000;

/**
 * Who Docker is logged in as at a registry: from the credential helper for it, else the credential store, else the
 * configuration itself; undefined where it is not.
 * @param server as Docker keeps it: a host, for Docker Hub `https://index.docker.io/v1/`.
 * @param folder the one with Docker's `config.json`.
 * @param environment with which a helper runs. Default: that of this process.
 * @throws pulumi.RunError when the configuration or a helper is broken.
 */
export async function dockerLogin(
  server: string,
  folder: string | undefined,
  environment?: Environment,
): Promise<Login | undefined> {
  if (folder === undefined) return undefined;
  const { auths = {}, credsStore, credHelpers = {} } = readConfig(join(folder, "config.json"));
  const helper = credHelpers[server] ?? credsStore;
  return (helper ? await helped(helper, server, environment) : undefined) ?? written(auths, server);
}

function readConfig(file: string): DockerConfig {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {};
    throw new RunError(
      `Docker's configuration ${file}: cannot be read (${(error as NodeJS.ErrnoException).code}); let this user read it`,
    );
  }
  try {
    return JSON.parse(text) as DockerConfig;
  } catch {
    // The parser's own words would quote what stands there.
    throw new RunError(`Docker's configuration ${file}: is not JSON; mend it or log in again`);
  }
}

function written(auths: NonNullable<DockerConfig["auths"]>, server: string): Login | undefined {
  const key = Object.keys(auths).find((each) => each === server || host(each) === server);
  const { auth = "", ...plain } = (key && auths[key]) || {};
  const [name = "", ...rest] = Buffer.from(auth, "base64").toString("utf8").split(":");
  const username = plain.username || name;
  const password = plain.password || rest.join(":");
  return username && password ? { username, password } : undefined;
}

function host(key: string): string | undefined {
  return key.replace(/^https?:\/\//, "").split("/")[0];
}

/** Docker's protocol for credential helpers: the server on stdin, JSON on stdout; an exit code that is not 0 where it knows none. */
function helped(
  name: string,
  server: string,
  environment: Environment | undefined,
): Promise<Login | undefined> {
  const program = `docker-credential-${name}`;
  const options = { timeout: longestHelp, ...(environment && { env: { ...environment } }) };
  return new Promise((resolve, reject) => {
    const child = execFile(program, ["get"], options, (error, stdout) => {
      if (error && /credentials not found/i.test(stdout)) return resolve(undefined);
      if (error) return reject(broken(program, server, wayItEnded(error)));
      try {
        resolve(login(stdout));
      } catch {
        reject(broken(program, server, "gave no login"));
      }
    });
    // A helper may end without having read what it was asked; its exit code tells.
    child.stdin?.on("error", () => {});
    child.stdin?.end(server);
  });
}

/** A user called `<token>` has a refresh token for a password, which none of the registries here gives out. */
function login(answer: string): Login | undefined {
  const { Username, Secret } = JSON.parse(answer) as Readonly<Record<string, string | undefined>>;
  return Username && Secret && Username !== "<token>"
    ? { username: Username, password: Secret }
    : undefined;
}

function wayItEnded(error: Error): string {
  const { code, killed } = error as { code?: number | string; killed?: boolean };
  if (code === "ENOENT") return "is not on the PATH";
  return killed ? `gave nothing within ${longestHelp / 1_000} s` : `failed (${code})`;
}

/** Says how the helper ended and nothing of what it said, which may hold the password. */
function broken(program: string, server: string, how: string): RunError {
  return new RunError(
    `Docker's login at ${server}: ${program} ${how}; log in again, or take it out of credHelpers and credsStore in Docker's config.json`,
  );
}
