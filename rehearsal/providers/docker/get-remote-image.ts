import type { ProviderFunction } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import { localImage, repoDigestOf } from "./local-image.ts";
import type { Session } from "./session.ts";

// `docker.getRemoteImage`: an image that the engine has already; it is never pulled.

/** Makes the function for one configuration of the provider. */
export function getRemoteImage({ docker }: Session): ProviderFunction {
  return async ({ name }) => {
    if (typeof name !== "string") throw new RuleError("getRemoteImage: name is required");
    const found = await localImage(docker, name);
    if (!found)
      throw new RuleError(
        `getRemoteImage: did not find docker image "${name}" in the engine; pull it first`,
      );
    return { id: found.Id, name, repoDigest: repoDigestOf(found, name) };
  };
}
