import { block, flag, list, map, text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { isProperties, type Properties, UNKNOWN } from "../values.ts";
import { apiError } from "./api-error.ts";
import { between } from "./forms.ts";
import { poolId } from "./names.ts";
import { recordType } from "./record-type.ts";
import { type GoogleSession, projectOf } from "./session.ts";
import { byNumber, POOL, refuseDeleted, softDelete } from "./workload-identity-pool.ts";

// `gcp.iam.WorkloadIdentityPoolProvider`: who vouches for the identities of a pool, and which of them are let in.

/** The kind of the cloud's records; their ids are the pool's and `/providers/ID`. */
const PROVIDER = "gcp/workload-identity-pool-provider";
const GITHUB = "https://token.actions.githubusercontent.com";
const KINDS = ["oidc", "aws", "saml", "x509"];

/** Makes the type for one configuration of the provider. */
export function workloadIdentityPoolProviderType(session: GoogleSession): ResourceType {
  const { cloud } = session;
  return recordType(session, {
    kind: "WorkloadIdentityPoolProvider",
    record: PROVIDER,
    api: "iam.googleapis.com",
    schema: {
      workloadIdentityPoolId: text({ required: true, replaces: true }),
      workloadIdentityPoolProviderId: text({ required: true, replaces: true, refuses: poolId }),
      project: text({ computed: true, replaces: true }),
      displayName: text({ refuses: between(0, 32) }),
      description: text({ refuses: between(0, 256) }),
      disabled: flag(),
      attributeMapping: map(),
      attributeCondition: text({ refuses: between(0, 4_096) }),
      oidc: block({
        issuerUri: text({ required: true }),
        allowedAudiences: list(text()),
        jwksJson: text(),
      }),
      aws: block({ accountId: text({ required: true }) }),
      saml: block({ idpMetadataXml: text({ required: true }) }),
      name: text({ output: true }),
      state: text({ output: true }),
    },
    deletionPolicies: [],
    check(inputs) {
      const given = KINDS.filter((kind) => inputs[kind] !== undefined);
      return given.length === 1
        ? []
        : [{ property: "", reason: `expected exactly one of ${KINDS.join(", ")}` }];
    },
    id: providerPath,
    refuse(planned) {
      refuseDeleted(cloud, PROVIDER, providerPath(planned));
      refuse(session, planned);
    },
    made: (planned, id) => ({ name: byNumber(id, projectOf(planned)), state: "ACTIVE" }),
    remove: (id) => softDelete(cloud, PROVIDER, id),
  });
}

function poolOf(planned: Properties): string {
  return `projects/${projectOf(planned)}/locations/global/workloadIdentityPools/${planned.workloadIdentityPoolId}`;
}

function providerPath(planned: Properties): string {
  return `${poolOf(planned)}/providers/${planned.workloadIdentityPoolProviderId}`;
}

function refuse({ cloud }: GoogleSession, planned: Properties): void {
  if (cloud.get(POOL, poolOf(planned)) === undefined) {
    throw apiError(404, `${poolOf(planned)}: no such pool`);
  }
  const { attributeMapping, attributeCondition, oidc } = planned;
  const mapping = isProperties(attributeMapping) ? attributeMapping : {};
  if (!mapping["google.subject"] && !planned.aws) {
    throw apiError(400, "attributeMapping must map google.subject");
  }
  const issuer = isProperties(oidc) ? String(oidc.issuerUri) : "";
  if (issuer !== "" && issuer !== UNKNOWN && !issuer.startsWith("https://")) {
    throw apiError(400, `oidc.issuerUri must begin with https://, unlike "${issuer}"`);
  }
  const asksForClaim = /\bassertion\b|\battribute\.|\bgoogle\./.test(
    String(attributeCondition ?? ""),
  );
  if (issuer.startsWith(GITHUB) && !asksForClaim) {
    throw apiError(
      400,
      "The attribute condition must reference one of the provider's claims, because anybody's repository gets tokens of this issuer",
    );
  }
}
