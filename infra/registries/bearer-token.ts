import type { Login } from "../config/environment.ts";
import { ask } from "../outside.ts";
import type { Challenge } from "./challenge.ts";
import type { RegistryFaults } from "./registry-faults.ts";

/**
 * Has a bearer token for scopes from where a registry sends for it, as the distribution specification's token
 * authentication says; undefined where nobody without a login gets one.
 * @param origin of the registry: one that is spoken to in secret may not send the login elsewhere in clear.
 */
export async function bearerToken(
  origin: string,
  challenge: Challenge,
  scopes: readonly string[],
  login: Login | undefined,
  faults: RegistryFaults,
): Promise<string | undefined> {
  if (!URL.canParse(challenge.realm)) throw faults.faulty("does not say where its tokens are had");
  const url = tokenUrl(challenge, scopes);
  if (url.protocol !== "https:" && url.protocol !== new URL(origin).protocol) {
    throw faults.faulty(`sends for tokens to ${url.origin}, without TLS`);
  }
  const headers = login && { authorization: basic(login) };
  const { status, body } = await ask(url, headers && { headers }).catch((error: Error) => {
    throw faults.silent(error, undefined, url.host);
  });
  if (status === 200) {
    const token = tokenIn(body);
    if (token === undefined) throw faults.faulty(`${url.host} gives no token`);
    return token;
  }
  if (status !== 401 && status !== 403) throw faults.refused(status, "give a token");
  if (login === undefined) return undefined;
  throw faults.faulty(
    `refuses the login of ${login.username} (${status})`,
    "log in again, or mend its password or token",
  );
}

/** The `Authorization` that shows a login. */
export function basic({ username, password }: Login): string {
  return `Basic ${Buffer.from(`${username}:${password}`, "utf8").toString("base64")}`;
}

function tokenUrl({ realm, service }: Challenge, scopes: readonly string[]): URL {
  const url = new URL(realm);
  if (service !== undefined) url.searchParams.set("service", service);
  for (const scope of scopes) url.searchParams.append("scope", scope);
  return url;
}

/** Older services call it one way, and those that speak OAuth 2 the other. */
function tokenIn(body: Buffer): string | undefined {
  try {
    const { token, access_token } = JSON.parse(body.toString("utf8")) as Record<string, string>;
    return token || access_token || undefined;
  } catch {
    return undefined;
  }
}
