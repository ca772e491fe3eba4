import { createPrivateKey, X509Certificate } from "node:crypto";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../setup/user-error.ts";

// How the builder's image is let in to an engine elsewhere: platforms give a container variables, Docker's clients want files.

type Environment = Readonly<Record<string, string | undefined>>;

/** Docker's files for a client, by the variables that hold their text. */
const FILES = {
  DOCKER_CA_PEM: "ca.pem",
  DOCKER_CERT_PEM: "cert.pem",
  DOCKER_KEY_PEM: "key.pem",
} as const;

type Variable = keyof typeof FILES;

const VARIABLES = Object.keys(FILES) as Variable[];

/**
 * Writes the certificates in DOCKER_CA_PEM, DOCKER_CERT_PEM and DOCKER_KEY_PEM to files that nobody else may read, in a folder of
 * their own within `folder`, and returns the environment that names it in their place.
 * @throws UserError with all problems at once: texts that are no certificates, and an engine that would be spoken to in clear.
 */
export function keepCertificates(env: Environment, folder: string): Environment {
  const given = VARIABLES.filter((name) => env[name]);
  const problems = given.length > 0 ? faults(env) : inClear(env);
  if (problems.length > 0) throw new UserError(problems.join("\n"));
  if (given.length === 0) return env;
  const kept = mkdtempSync(join(folder, "engine-"));
  for (const name of VARIABLES) {
    const file = join(kept, FILES[name]);
    writeFileSync(file, env[name] ?? "", { mode: 0o600 });
    chmodSync(file, 0o400);
  }
  const rest = Object.entries(env).filter(([name]) => !(name in FILES));
  return { ...Object.fromEntries(rest), DOCKER_CERT_PATH: kept, DOCKER_TLS_VERIFY: "1" };
}

/** The values are never quoted: one of them is a key. */
function faults(env: Environment): string[] {
  const all = `set ${VARIABLES.join(", ")} to the texts of ${Object.values(FILES).join(", ")}`;
  if (env.DOCKER_CERT_PATH)
    return ["DOCKER_CERT_PATH: stands beside DOCKER_KEY_PEM; take one away"];
  const missing = VARIABLES.filter((name) => !env[name]);
  if (missing.length > 0) return missing.map((name) => `${name}: required with the others; ${all}`);
  const certificates = (["DOCKER_CA_PEM", "DOCKER_CERT_PEM"] as const).flatMap((name) =>
    read(() => new X509Certificate(env[name] ?? "")) ? [] : [`${name}: is no certificate; ${all}`],
  );
  const key = read(() => createPrivateKey(env.DOCKER_KEY_PEM ?? ""));
  if (key === undefined) return [...certificates, `DOCKER_KEY_PEM: is no private key; ${all}`];
  if (certificates.length > 0) return certificates;
  return new X509Certificate(env.DOCKER_CERT_PEM ?? "").checkPrivateKey(key)
    ? []
    : [`DOCKER_KEY_PEM: is not the key of DOCKER_CERT_PEM; ${all}`];
}

function inClear({ DOCKER_HOST = "", DOCKER_CERT_PATH, DOCKER_TLS_VERIFY }: Environment): string[] {
  const { scheme, host = "" } =
    /^(?<scheme>tcp|http):\/\/(?<host>\[[^\]]*\]|[^:/]*)/.exec(DOCKER_HOST)?.groups ?? {};
  const isSecured = scheme === "tcp" && DOCKER_CERT_PATH && DOCKER_TLS_VERIFY;
  if (!scheme || isSecured || /^(?:localhost|127[\d.]*|\[::1\])$/.test(host)) return [];
  return [
    `DOCKER_HOST: ${scheme}://${host} without certificates hands the engine's machine to whoever reaches it; let the engine ask for them (dockerd --tlsverify) and set ${VARIABLES.join(", ")}`,
  ];
}

function read<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
