import { readFileSync } from "node:fs";
import { RunError } from "@pulumi/pulumi/errors.js";
import type { AuthClient, IdentityPoolClientOptions } from "google-auth-library";
import { z } from "zod";
import type { GoogleLogin, Login } from "../config/environment.ts";

const text = z.string().min(1);

/** Google's credentials, as far as they are told apart and used here. What else stands there is left as it is. */
const credentialsForm = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("service_account"), client_email: text, private_key: text }),
  z.looseObject({
    type: z.literal("authorized_user"),
    client_id: text,
    client_secret: text,
    refresh_token: text,
  }),
  z.looseObject({
    type: z.literal("external_account"),
    audience: text,
    subject_token_type: text,
    token_url: text.optional(),
    service_account_impersonation_url: text.optional(),
    credential_source: z.looseObject({ format: z.looseObject({}).optional() }),
  }),
]);

type Credentials = z.output<typeof credentialsForm>;

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

function parsed(where: string, json: string): Credentials {
  const anew = "have the credentials written anew";
  let found: unknown;
  try {
    found = JSON.parse(json);
  } catch {
    // The parser's own words would quote what stands there.
    throw new RunError(`${where}: is not JSON; ${anew}`);
  }
  const { data, error } = credentialsForm.safeParse(found);
  if (data) return data;
  const { type } = (found ?? {}) as { type?: unknown };
  const broken = error.issues.map(({ path }) => path.join("."));
  if (broken.includes("")) throw new RunError(`${where}: holds no credentials; ${anew}`);
  if (broken.includes("type")) {
    throw new RunError(
      `${where}: credentials of the type ${JSON.stringify(type)} are not known here; use those of a service account, of a user or of a workload identity, or log Docker in`,
    );
  }
  throw new RunError(`${where}: its ${String(type)} has no good ${broken.join(", ")}; ${anew}`);
}

async function clientFor(
  where: string,
  found: Exclude<Credentials, { type: "service_account" }>,
): Promise<AuthClient> {
  const options = {
    scopes: ["https://www.googleapis.com/auth/cloud-platform"],
    transporterOptions: { timeout: patience },
  };
  const { IdentityPoolClient, UserRefreshClient } = await import("google-auth-library");
  if (found.type === "authorized_user") {
    const { client_id: clientId, client_secret: clientSecret, refresh_token: refreshToken } = found;
    return new UserRefreshClient({ ...options, clientId, clientSecret, refreshToken });
  }
  try {
    const external = found as unknown as IdentityPoolClientOptions;
    return new IdentityPoolClient({ ...external, ...options });
  } catch (error) {
    throw new RunError(`${where}: ${said(error)}; have the credentials written anew`);
  }
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
