import { OpenIdConnectProvider } from "@pulumi/aws/iam/openIdConnectProvider.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import * as pulumi from "@pulumi/pulumi";
import type { AwsGroundConfig } from "../config/ground.ts";
import type { TrustConfig } from "../config/trust.ts";
import { deployPolicy } from "./aws-deploy-policy.ts";
import { previewPolicy } from "./aws-preview-policy.ts";
import { type ClaimConditions, type Forge, forges } from "./forges.ts";
import { partitionOf, policyDocument, type Statement } from "./policy-document.ts";

/**
 * Two roles for pipelines, without keys: `slipway-preview` reads, `slipway-deploy` runs releases. They stand outside the
 * path of the roles that releases make, so that neither can change itself.
 */
export class AwsTrust extends pulumi.ComponentResource {
  /** The ARNs of both roles. */
  readonly outputs: pulumi.Output<unknown>;

  constructor(
    trust: TrustConfig,
    config: AwsGroundConfig,
    parentOptions: pulumi.CustomResourceOptions,
  ) {
    super("slipway:ground:AwsTrust", "aws", {}, parentOptions);
    const options = { ...parentOptions, parent: this };
    const trusted = forges(trust);
    const providers = trusted.map(
      ({ name, issuer, aws }) =>
        new OpenIdConnectProvider(name, { url: issuer, clientIdLists: [aws.audience] }, options),
    );
    const role = (access: "preview" | "deploy", description: string, policy: string) => {
      const name = `slipway-${access}`;
      const assumeRolePolicy = policyDocument(
        trusted.map((forge) => mayAssume(forge, access, config)),
      );
      const dependsOn = providers;
      const made = new Role(
        name,
        { name, description, assumeRolePolicy },
        { ...options, dependsOn },
      );
      new RolePolicy(name, { name: access, role: made.name, policy }, options);
      return made.arn;
    };
    this.outputs = pulumi.output({
      previewRole: role("preview", "Previews of pipelines, read only", previewPolicy(config)),
      deployRole: role("deploy", "Deliveries of pipelines", deployPolicy(config)),
    });
    this.registerOutputs({ outputs: this.outputs });
  }
}

function mayAssume(
  { name, issuer, aws }: Forge,
  access: "preview" | "deploy",
  { account, region }: AwsGroundConfig,
): Statement {
  const host = issuer.slice("https://".length);
  return {
    Sid: name,
    Effect: "Allow",
    Principal: { Federated: `arn:${partitionOf(region)}:iam::${account}:oidc-provider/${host}` },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: namedBy(host, aws[access]),
  };
}

/** AWS names a claim by where the token comes from. */
function namedBy(host: string, conditions: ClaimConditions): ClaimConditions {
  const operators = Object.entries(conditions).map(([operator, claims]) => [
    operator,
    Object.fromEntries(Object.entries(claims).map(([claim, value]) => [`${host}:${claim}`, value])),
  ]);
  return Object.fromEntries(operators) as ClaimConditions;
}
