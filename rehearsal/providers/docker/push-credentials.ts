import type { CredentialStore, Credentials } from "./credentials.ts";
import type { ImageInputs } from "./image-inputs.ts";
import { credentialKey, parseReference } from "./reference.ts";

// Which credentials an image is pushed with.

/**
 * Username and password of `registry` if both are given, else what this machine has stored for the registry's host: the one
 * of `registry.server`, else of the image's name. Undefined means that there are none: the push is anonymous.
 */
export function pushCredentials(
  { imageName, registry }: Pick<ImageInputs, "imageName" | "registry">,
  stored: CredentialStore,
  warn: (text: string) => void,
): { key: string; value: Credentials } | undefined {
  const key = credentialKey(registry.server || parseReference(imageName).host);
  const { username, password } = registry;
  if (username && password) return { key, value: { username, password } };
  if (username || password) {
    const missing = username ? "password" : "username";
    warn(
      `registry.${missing}: missing, so the credentials that Docker has stored for ${key} are used`,
    );
  }
  const value = stored.get(key);
  return value && { key, value };
}
