import { Provider } from "@pulumi/gcp/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { expect, it, vi } from "vitest";
import { identityToken } from "../../../../infra/targets/cloud-run/identity-token.ts";
import { mockEngine, settled } from "../../mock-engine.ts";

vi.mock("@pulumi/gcp/serviceaccount/getAccountIdToken.js", () => ({
  getAccountIdToken: () => Promise.reject(new Error("the provider says:\npermission denied")),
}));

it("names the role that lends an identity where it is not lent", async () => {
  await mockEngine();
  const provider = new Provider("google", {});
  const parent = new pulumi.ComponentResource("slipway:target:CloudRun", "web");
  const prover = "prover@acme-dev.iam.gserviceaccount.com";
  const audience = pulumi.output("https://web.a.run.app");
  const token = identityToken("web", prover, audience, { provider, parent });
  await expect(settled(token)).rejects.toThrow(
    new pulumi.RunError(
      `slipway:services.web.target.prover: ${prover} lends its identity to nobody here (the provider says: permission denied); grant roles/iam.serviceAccountOpenIdTokenCreator on it to the account that deploys`,
    ),
  );
});
