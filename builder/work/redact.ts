import { secretShapes } from "../../infra/secret-shapes.ts";
import type { Settings } from "../settings.ts";

/** What stands in a secret's place. */
export const REDACTED = "[redacted]";

/** Shorter ones would take whole words out of every log. */
const SHORTEST = 6;

/** The builder's own tokens. */
const OWN_TOKEN = /\bslw_[\w-]{16,256}/g;

/** Takes out of a text what the builder itself keeps secret and what has a secret's shape. */
export function redactor(
  settings: Pick<Settings, "registry" | "databaseUrl" | "callbackSecret">,
): (text: string) => string {
  const known = secretsOf(settings);
  return (text) => {
    let redacted = text;
    for (const secret of known) redacted = redacted.replaceAll(secret, REDACTED);
    for (const { form } of secretShapes) redacted = redacted.replace(form, REDACTED);
    return redacted.replace(OWN_TOKEN, REDACTED);
  };
}

/** The longest first, so that none leaves a part of another. */
function secretsOf({
  registry,
  databaseUrl,
  callbackSecret,
}: Pick<Settings, "registry" | "databaseUrl" | "callbackSecret">): string[] {
  const { username = "", password = "" } = registry.login ?? {};
  const plain = [password, databaseUrl, passwordOf(databaseUrl), callbackSecret];
  const login = password === "" ? "" : Buffer.from(`${username}:${password}`).toString("base64");
  const all = plain
    .filter((secret) => secret !== undefined)
    .flatMap((secret) => [secret, encodeURIComponent(secret), ...base64(secret)]);
  return [...new Set([...all, login])]
    .filter((secret) => secret.length >= SHORTEST)
    .sort((one, other) => other.length - one.length);
}

function passwordOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  return decodeURIComponent(new URL(url).password);
}

/** By itself, and as far as it is the same whatever follows it. */
function base64(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const alone = bytes.toString("base64");
  return [alone, alone.slice(0, Math.floor((bytes.length * 8) / 6))];
}
