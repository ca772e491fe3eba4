import { readFileSync } from "node:fs";
import { RunError } from "@pulumi/pulumi/errors.js";
import type { AuthClient, IdentityPoolClientOptions } from "google-auth-library";
import type { GoogleLogin, Login } from "../config/environment.ts";

/** Google's credentials of any kind, as far as they are told apart and used here. */
interface Credentials {
  readonly type?: string;
  readonly client_id?: string;
  readonly client_secret?: string;
  readonly refresh_token?: string;
}

/** How long one answer of Google's may take, in milliseconds; what may have been lost is asked for three times more. */
const patience = 10_000;

/**
 * A login at a registry of Google's with what Google's own tools log in with: a short-lived token, or a service account's
 * key as it is; undefined where there is neither. Google's library is loaded only here, where a token has to be had.
 * @param host of the registry.
 * @throws pulumi.RunError when the credentials are broken, or Google gives no token for them.
 */
export async function googleLogin(
  host: string,
  { accessToken, credentials, file }: Partial<GoogleLogin>,
): Promise<Login | undefined> {
  if (accessToken) return { username: "oauth2accesstoken", password: accessToken };
  const [where, value] = credentials
    ? ["GOOGLE_CREDENTIALS", credentials]
    : ["GOOGLE_APPLICATION_CREDENTIALS", file];
  if (!value) return undefined;
  const text = value.trimStart().startsWith("{") ? value : read(where, value);
  const found = parsed(where, text);
  if (found.type === "service_account") return { username: "_json_key", password: text };
  const client = await clientFor(where, found);
  return { username: "oauth2accesstoken", password: await tokenOf(client, where, host) };
}

function read(where: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new RunError(
      `${where}: its file cannot be read (${code}); name one that is there and that this user may read`,
    );
  }
}

function parsed(where: string, text: string): Credentials {
  try {
    return JSON.parse(text) as Credentials;
  } catch {
    // The parser's own words would quote what stands there.
    throw new RunError(`${where}: is not JSON; have the credentials written anew`);
  }
}

async function clientFor(where: string, found: Credentials): Promise<AuthClient> {
  const options = {
    scopes: ["https://www.googleapis.com/auth/cloud-platform"],
    transporterOptions: { timeout: patience },
  };
  const { IdentityPoolClient, UserRefreshClient } = await import("google-auth-library");
  if (found.type === "authorized_user") {
    const {
      client_id: clientId = "",
      client_secret: clientSecret = "",
      refresh_token: refreshToken = "",
    } = found;
    return new UserRefreshClient({ ...options, clientId, clientSecret, refreshToken });
  }
  if (found.type === "external_account") {
    const external = found as unknown as IdentityPoolClientOptions;
    try {
      return new IdentityPoolClient({ ...external, ...options });
    } catch (error) {
      throw new RunError(`${where}: ${said(error)}; have the credentials written anew`);
    }
  }
  throw new RunError(
    `${where}: credentials of the type ${JSON.stringify(found.type)} are not known here; use those of a service account, of a user or of a workload identity, or log Docker in`,
  );
}

async function tokenOf(client: AuthClient, where: string, host: string): Promise<string> {
  let why = "it is empty";
  try {
    const { token } = await client.getAccessToken();
    if (token) return token;
  } catch (error) {
    why = said(error);
  }
  // Without its cause, which holds the whole request.
  throw new RunError(
    `${host}: Google gives no token for the credentials of ${where} (${why}); see that they are still good, and that whoever they name may log in and act for the service account`,
  );
}

/** Google's own reason in one line; should it quote a token, without it. */
function said(error: unknown): string {
  const [line = ""] = (error as Error).message.trim().split("\n");
  return line.replaceAll(/\b(?:eyJ|ya29\.)[\w.-]+/g, "…").slice(0, 300);
}
