import { randomBytes } from "node:crypto";
import type { ProviderFunction } from "../provider.ts";
import type { Session } from "./session.ts";

/** `ecr.getAuthorizationToken`: a password of 12 hours, another one each time. */
export function getAuthorizationToken({ account, region }: Session): ProviderFunction {
  return async (args) => {
    const where = String(args.region ?? region);
    const registryId = String(args.registryId ?? account);
    const password = randomBytes(48).toString("base64url");
    return {
      userName: "AWS",
      password,
      authorizationToken: Buffer.from(`AWS:${password}`).toString("base64"),
      proxyEndpoint: `https://${registryId}.dkr.ecr.${where}.amazonaws.com`,
      expiresAt: new Date(Date.now() + 12 * 3_600_000).toISOString(),
      region: where,
      ...(args.registryId !== undefined && { registryId }),
      id: where,
    };
  };
}
