import type { ProviderFunction } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import { UNKNOWN } from "../values.ts";
import { credentialKey, parseReference } from "./reference.ts";
import { manifestDigest } from "./registry.ts";
import type { Session } from "./session.ts";

// `docker.getRegistryImage`: the digest that a tag has in its registry, asked on every run, previews too.

/** Makes the function for one configuration of the provider; anonymous and with TLS unless `registryAuth` says otherwise. */
export function getRegistryImage(session: Session): ProviderFunction {
  return async ({ name, insecureSkipVerify }, { signal }) => {
    if (typeof name !== "string" || name === UNKNOWN)
      throw new RuleError("getRegistryImage: name is required");
    const { host, path, tag = "latest", digest } = parseReference(name);
    const key = credentialKey(host);
    const access = {
      host,
      plain: session.plainHosts.has(key),
      insecure: insecureSkipVerify === true,
      credentials: session.registryAuth.get(key),
    };
    const sha256Digest = await session.withoutSecrets([access.credentials?.password], () =>
      manifestDigest(access, path, digest ?? tag, signal),
    );
    return {
      id: sha256Digest,
      sha256Digest,
      name,
      insecureSkipVerify: insecureSkipVerify ?? false,
    };
  };
}
