import { block, flag, list, map, set, text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import { isProperties } from "../values.ts";
import { like } from "./forms.ts";
import { recordType } from "./record-type.ts";
import { SECRET, SECRET_VERSION } from "./secret-records.ts";
import { type GoogleSession, projectOf } from "./session.ts";

// `gcp.secretmanager.Secret`: a name under which versions of a secret are kept.

const encryption = block({ kmsKeyName: text({ required: true }) });

/** Makes the type for one configuration of the provider. */
export function secretType(session: GoogleSession): ResourceType {
  const { cloud } = session;
  return recordType(session, {
    kind: "Secret",
    record: SECRET,
    api: "secretmanager.googleapis.com",
    schema: {
      secretId: text({
        replaces: true,
        refuses: like(/^[A-Za-z0-9_-]{1,255}$/, "is no secret id; use letters, digits, _ and -"),
      }),
      project: text({ computed: true, replaces: true }),
      replication: block(
        {
          auto: block({ customerManagedEncryption: encryption }),
          userManaged: block({
            replicas: list(
              block({
                location: text({ required: true }),
                customerManagedEncryption: encryption,
              }),
              { required: true },
            ),
          }),
        },
        {
          required: true,
          replaces: true,
          refuses: (value) =>
            isProperties(value) && "auto" in value === "userManaged" in value
              ? "expected exactly one of auto, userManaged"
              : undefined,
        },
      ),
      annotations: map(),
      deletionProtection: flag(),
      expireTime: text({ computed: true }),
      ttl: text(),
      rotation: block({ nextRotationTime: text(), rotationPeriod: text() }),
      tags: map({ replaces: true }),
      topics: set(block({ name: text({ required: true }) })),
      versionAliases: map(),
      versionDestroyTtl: text(),
      name: text({ output: true }),
      createTime: text({ output: true }),
      effectiveAnnotations: map({ output: true }),
    },
    autonamed: { property: "secretId", most: 255 },
    labelled: true,
    deletionPolicies: [],
    deletesFirst: true,
    id: (planned) => `projects/${projectOf(planned)}/secrets/${planned.secretId}`,
    made: (planned, id) => ({
      name: id,
      createTime: new Date().toISOString(),
      effectiveAnnotations: planned.annotations ?? {},
    }),
    remove(id, state) {
      if (state.deletionProtection === true) {
        throw new RuleError(
          "cannot destroy secret without setting deletion_protection=false and running an update",
        );
      }
      cloud.delete(SECRET, id);
      for (const version of cloud.list(SECRET_VERSION)) {
        if (version.id.startsWith(`${id}/versions/`)) cloud.delete(SECRET_VERSION, version.id);
      }
    },
  });
}
