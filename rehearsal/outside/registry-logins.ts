import { randomBytes } from "node:crypto";
import type { Cloud } from "../cloud/cloud.ts";
import { registryAt } from "../cloud/repositories.ts";

/** Where Docker Hub gives its tokens; the others do so themselves. */
export const tokenHost = "auth.docker.io";

/** What somebody wants of a repository. */
export type Access = "pull" | "push";

interface Login {
  readonly username: string;
  readonly password: string;
}

/** The users that mean a kind of password: an access token, a key, and what Google's own credential helper says. */
const googleUsers = new Set([
  "oauth2accesstoken",
  "_json_key",
  "_json_key_base64",
  "_dcgcloud_token",
]);

/**
 * How the registries of the outside let in. A password is not checked, since no account is here to have one; who shows none, or
 * is no user of that registry, stays out.
 */
export class RegistryLogins {
  readonly #cloud: Cloud;
  readonly #isPushed: (path: string) => Promise<boolean>;
  /** The scopes that each token of a service was given for, such as `repository:acme/web:pull`. */
  readonly #tokens = new Map<string, { service: string; scopes: readonly string[] }>();

  /** @param isPushed whether Docker Hub holds anything at `docker.io/NAMESPACE/REPOSITORY`. */
  constructor(cloud: Cloud, isPushed: (path: string) => Promise<boolean>) {
    this.#cloud = cloud;
    this.#isPushed = isPushed;
  }

  /** What a registry wants to see first, as `WWW-Authenticate`; undefined for who has shown it. */
  challenge(
    host: string,
    path: string,
    access: Access,
    authorization: string | undefined,
  ): string | undefined {
    const registry = registryAt(host);
    if (registry?.kind === "ecr") {
      return isEcrUser(basic(authorization))
        ? undefined
        : `Basic realm="https://${host}/",service="ecr.amazonaws.com"`;
    }
    const isHub = registry?.kind === "hub";
    const service = isHub ? "registry.docker.io" : host;
    const realm = isHub ? "https://auth.docker.io/token" : `https://${host}/v2/token`;
    const shown = /^bearer (?<token>.+)$/i.exec(authorization ?? "")?.groups?.token;
    const token = shown === undefined ? undefined : this.#tokens.get(shown);
    if (token?.service === service && token.scopes.includes(`repository:${path}:${access}`)) {
      return undefined;
    }
    const scope = `repository:${path}:${access === "push" ? "pull,push" : "pull"}`;
    const error = token ? ',error="insufficient_scope"' : shown ? ',error="invalid_token"' : "";
    return `Bearer realm="${realm}",service="${service}",scope="${scope}"${error}`;
  }

  /** A token for what may be had of the scopes, or why there is none. */
  async tokenFor(
    host: string,
    scopes: readonly string[],
    authorization: string | undefined,
  ): Promise<{ readonly status: number; readonly [key: string]: unknown }> {
    const login = basic(authorization);
    const isHub = host === tokenHost;
    const isRight = login && login.password !== "" && (isHub || googleUsers.has(login.username));
    if (authorization !== undefined && !isRight) {
      return isHub
        ? { status: 401, details: "incorrect username or password" }
        : { status: 401, errors: [{ code: "UNAUTHORIZED", message: "Not Authorized." }] };
    }
    if (!isHub && !login) {
      const message = "Unauthenticated request. Unauthenticated requests do not have permission";
      return { status: 403, errors: [{ code: "DENIED", message }] };
    }
    const asked = scopes.flatMap(actions);
    const granted = isHub ? await this.#grantedByHub(asked, login !== undefined) : asked;
    const token = randomBytes(24).toString("base64url");
    const service = isHub ? "registry.docker.io" : host;
    const given = granted.map(({ path, access }) => `repository:${path}:${access}`);
    this.#tokens.set(token, { service, scopes: given });
    return { status: 200, token, access_token: token, expires_in: 300 };
  }

  /** Nobody may only read what does not exist or is another's; who may write makes it with the first push. */
  async #grantedByHub(asked: readonly Action[], isLoggedIn: boolean): Promise<Action[]> {
    const granted = await Promise.all(
      asked.map(async ({ path, access }) => {
        if (access === "push") return isLoggedIn;
        if (isLoggedIn && asked.some((each) => each.path === path && each.access === "push")) {
          return true;
        }
        const isPrivate = this.#cloud.get("hub/private", path) !== undefined;
        return (isLoggedIn || !isPrivate) && (await this.#isPushed(`docker.io/${path}`));
      }),
    );
    return asked.filter((_, index) => granted[index]);
  }
}

interface Action {
  readonly path: string;
  readonly access: string;
}

/** `repository:acme/web:pull,push` is two of them. */
function actions(scope: string): Action[] {
  const { path = "", all = "" } =
    /^repository:(?<path>[^:]+):(?<all>[a-z,*]+)$/.exec(scope)?.groups ?? {};
  return path === "" ? [] : all.split(",").map((access) => ({ path, access }));
}

function isEcrUser(login: Login | undefined): boolean {
  return login?.username === "AWS" && login.password !== "";
}

function basic(authorization: string | undefined): Login | undefined {
  const encoded = /^basic (?<encoded>.+)$/i.exec(authorization ?? "")?.groups?.encoded;
  if (encoded === undefined) return undefined;
  const [username = "", ...rest] = Buffer.from(encoded, "base64").toString("utf8").split(":");
  return { username, password: rest.join(":") };
}
