import { Provider } from "@pulumi/gcp/provider.js";
import * as pulumi from "@pulumi/pulumi";

/**
 * Google in one project and region.
 * @param key a service account's key as JSON; without one the plugin finds the credentials that Google's tools use.
 */
export function googleProvider(
  name: string,
  project: string,
  region: string,
  key: string | undefined,
): Provider {
  const credentials = key === undefined ? {} : { credentials: pulumi.secret(key) };
  return new Provider(`google-${name}`, { project, region, ...credentials });
}
