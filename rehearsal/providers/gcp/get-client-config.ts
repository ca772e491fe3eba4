import { randomBytes } from "node:crypto";
import type { ProviderFunction } from "../provider.ts";
import type { GoogleSession } from "./session.ts";

/** `gcp.organizations.getClientConfig`: what the provider is configured with, and a token that lives for an hour. */
export function getClientConfig(session: GoogleSession): ProviderFunction {
  return async () => {
    const { project = "", region = "", defaultLabels } = session;
    return {
      id: `projects/${project}/regions/${region}/zones/`,
      project,
      region,
      zone: "",
      // Another one each time, as in the cloud: it must make no difference.
      accessToken: `ya29.${randomBytes(24).toString("base64url")}`,
      defaultLabels: { ...defaultLabels },
    };
  };
}
