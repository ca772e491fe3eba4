import { randomBytes } from "node:crypto";
import type { ProviderFunction } from "../provider.ts";
import { hasAccount } from "./account.ts";
import { apiError, requireApi } from "./api-error.ts";
import { ID_TOKEN, type IdToken } from "./id-token.ts";
import { SERVICE } from "./run/service-record.ts";
import { publish } from "./run/service-routes.ts";
import type { GoogleSession } from "./session.ts";

/** `gcp.serviceaccount.getAccountIdToken`: a token that shows a service who asks. It lets in whom the service lets in. */
export function getAccountIdToken(session: GoogleSession): ProviderFunction {
  const { cloud } = session;
  return async (args) => {
    const { targetAudience, targetServiceAccount, includeEmail } = args;
    const account = String(targetServiceAccount ?? "");
    const audience = String(targetAudience);
    if (account !== "") {
      requireApi(session, session.project ?? "", "iamcredentials.googleapis.com");
      if (!hasAccount(cloud, account)) {
        throw apiError(404, `Not found; Gaia id not found for email ${account}`);
      }
    }
    const idToken = tokenOf(account, audience);
    const issued: IdToken = { account, audience };
    cloud.put(ID_TOKEN, idToken, issued);
    for (const { id } of cloud.list(SERVICE)) publish(session, id);
    return {
      id: audience,
      idToken,
      targetAudience: audience,
      ...(targetServiceAccount !== undefined && { targetServiceAccount }),
      ...(includeEmail !== undefined && { includeEmail }),
      ...(args.delegates !== undefined && { delegates: args.delegates }),
    };
  };
}

/** Shaped as a JSON web token, but signed by nobody. */
function tokenOf(email: string, aud: string): string {
  const now = Math.floor(Date.now() / 1_000);
  const claims = { iss: "https://accounts.google.com", aud, email, iat: now, exp: now + 3_600 };
  const parts = [{ alg: "RS256", typ: "JWT" }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  return [...parts, randomBytes(32).toString("base64url")].join(".");
}
