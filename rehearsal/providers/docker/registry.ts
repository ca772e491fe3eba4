import http from "node:http";
import https from "node:https";
import { RuleError } from "../rule-error.ts";
import type { Credentials } from "./credentials.ts";

// A registry, asked over HTTP as the real provider asks it: which digest a tag has, and to delete a manifest.

/** How one registry is reached. */
export interface RegistryAccess {
  readonly host: string;
  /** Without TLS. */
  readonly plain: boolean;
  /** With TLS, but whoever it is. */
  readonly insecure: boolean;
  readonly credentials: Credentials | undefined;
}

/** Every kind of manifest; a registry that is not asked for a kind converts or hides it. */
const MANIFESTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** The digest of the manifest under a tag or digest; throws `RuleError` when the registry does not give it. */
export async function manifestDigest(
  access: RegistryAccess,
  path: string,
  reference: string,
  signal: AbortSignal,
): Promise<string> {
  const answer = await ask(
    access,
    "HEAD",
    `/v2/${path}/manifests/${reference}`,
    `repository:${path}:pull`,
    signal,
  );
  const digest = answer.headers["docker-content-digest"];
  if (answer.status !== 200 || typeof digest !== "string") {
    throw new RuleError(
      `${access.host}/${path}:${reference}: the registry answered ${answer.status} when asked for its digest`,
    );
  }
  return digest;
}

/** Deletes a manifest, and with it every tag that it has; one that is gone already is fine. */
export async function deleteManifest(
  access: RegistryAccess,
  path: string,
  reference: string,
  signal: AbortSignal,
): Promise<boolean> {
  const answer = await ask(
    access,
    "DELETE",
    `/v2/${path}/manifests/${reference}`,
    `repository:${path}:delete,pull`,
    signal,
  );
  return [200, 202, 404].includes(answer.status);
}

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

async function ask(
  access: RegistryAccess,
  method: string,
  path: string,
  scope: string,
  signal: AbortSignal,
): Promise<Answer> {
  const host = access.host === "docker.io" ? "registry-1.docker.io" : access.host;
  const url = `${access.plain ? "http" : "https"}://${host}${path}`;
  const send = (authorization: string | undefined) =>
    request(url, method, authorization, access.insecure, signal);
  const first = await send(basic(access.credentials));
  const challenge = first.headers["www-authenticate"];
  if (first.status !== 401 || !challenge?.startsWith("Bearer ")) return first;
  return send(`Bearer ${await token(challenge, scope, access, signal)}`);
}

/** The registry's token service, by the challenge that the registry gave. */
async function token(
  challenge: string,
  scope: string,
  access: RegistryAccess,
  signal: AbortSignal,
): Promise<string> {
  const asked = Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]),
  );
  const url = new URL(asked.realm ?? "");
  if (asked.service) url.searchParams.set("service", asked.service);
  url.searchParams.set("scope", asked.scope ?? scope);
  const answer = await request(url.href, "GET", basic(access.credentials), access.insecure, signal);
  if (answer.status !== 200)
    throw new RuleError(
      `${access.host}: its token service answered ${answer.status}; check the registry's credentials`,
    );
  const { token, access_token } = JSON.parse(answer.body) as {
    token?: string;
    access_token?: string;
  };
  return token ?? access_token ?? "";
}

function basic(credentials: Credentials | undefined): string | undefined {
  if (!credentials) return undefined;
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
}

function request(
  url: string,
  method: string,
  authorization: string | undefined,
  insecure: boolean,
  signal: AbortSignal,
): Promise<Answer> {
  const headers = { Accept: MANIFESTS, ...(authorization && { Authorization: authorization }) };
  const client = url.startsWith("http:") ? http : https;
  return new Promise((resolve, reject) => {
    const sent = client.request(
      url,
      { method, headers, signal, rejectUnauthorized: !insecure },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    sent.on("error", (error) =>
      reject(
        new RuleError(
          `${new URL(url).host}: ${error.message || "the registry cannot be reached"}`,
          { cause: error },
        ),
      ),
    );
    sent.end();
  });
}
