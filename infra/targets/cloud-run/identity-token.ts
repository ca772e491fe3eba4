import type { Provider } from "@pulumi/gcp/provider.js";
import { getAccountIdToken } from "@pulumi/gcp/serviceaccount/getAccountIdToken.js";
import * as pulumi from "@pulumi/pulumi";

/**
 * A token that shows a service account's identity to one audience for an hour, as a secret; an empty text in a preview, which
 * asks nobody.
 * @throws pulumi.RunError when the one that deploys may not impersonate the service account.
 */
export function identityToken(
  name: string,
  account: string,
  audience: pulumi.Output<string>,
  { provider, parent }: { readonly provider: Provider; readonly parent: pulumi.Resource },
): pulumi.Output<string> {
  return pulumi.secret(audience).apply(async (targetAudience) => {
    if (pulumi.runtime.isDryRun()) return "";
    const args = { targetServiceAccount: account, targetAudience, includeEmail: true };
    try {
      return (await getAccountIdToken(args, { provider, parent })).idToken;
    } catch (error) {
      const why = (error as Error).message.replace(/\s+/g, " ");
      throw new pulumi.RunError(
        `slipway:services.${name}.target.prover: ${account} lends its identity to nobody here (${why}); grant roles/iam.serviceAccountOpenIdTokenCreator on it to the account that deploys`,
      );
    }
  });
}
