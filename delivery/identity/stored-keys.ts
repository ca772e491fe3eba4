import { logins } from "../../infra/config/environment.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The keys that existing set-ups store, under the names that Pulumi's own backends and the clouds' SDKs know; what is set
 * under such a name already stays as it is. Values are secret.
 */
export function storedKeys(env: Environment): Record<string, string> {
  const { googleKey } = logins(env);
  const found: [name: string, value: string | undefined][] = [
    ["GOOGLE_CREDENTIALS", env.GOOGLE_APPLICATION_CREDENTIALS ? undefined : googleKey],
    ["GOOGLE_PROJECT", env.GCP_PROJECT_ID],
    ["GOOGLE_REGION", env.GCP_REGION],
    ["AWS_REGION", env.AWS_DEFAULT_REGION],
  ];
  return Object.fromEntries(
    found.filter((pair): pair is [string, string] => Boolean(pair[1]) && !env[pair[0]]),
  );
}
