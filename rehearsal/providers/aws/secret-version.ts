import type { Cloud } from "../../cloud/cloud.ts";
import { set, text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import type { Properties } from "../values.ts";
import { versionId } from "./identifiers.ts";
import { recordType } from "./record-type.ts";
import type { Session } from "./session.ts";

/** `secretsmanager.SecretVersion`: a value of a secret; the newest is the one that is read. */
export function secretVersionType(session: Session): ResourceType {
  const { cloud } = session;
  return recordType(session, {
    kind: "aws/secret-version",
    schema: {
      secretId: text({ required: true, replaces: true }),
      secretString: text({ replaces: true }),
      secretBinary: text({ replaces: true }),
      versionStages: set(text(), { computed: true }),
      arn: text({ output: true }),
      secretArn: text({ output: true }),
      versionId: text({ output: true }),
    },
    check: ({ secretString, secretBinary }) =>
      (secretString === undefined) === (secretBinary === undefined)
        ? [{ property: "secretString", reason: "give either secretString or secretBinary" }]
        : [],
    place: ({ secretId, versionId: version }) => `${arnOf(session, secretId)}|${version}`,
    refuse({ secretId, secretString }) {
      if (!cloud.get("aws/secret", arnOf(session, secretId))) {
        throw new RuleError(
          `ResourceNotFoundException: there is no secret ${secretId}; make it first`,
        );
      }
      if (String(secretString ?? "").length > 65_536) {
        throw new RuleError("ValidationException: a secret holds 65536 bytes; store less");
      }
    },
    made({ secretId }) {
      const secretArn = arnOf(session, secretId);
      const version = versionId();
      const outputs = {
        arn: secretArn,
        secretArn,
        versionId: version,
        versionStages: ["AWSCURRENT"],
      };
      cloud.put("aws/secret-current", secretArn, { version });
      return { id: `${secretArn}|${version}`, outputs };
    },
  });
}

/** The value that a secret has now; undefined where there is no such secret, or it has none. */
export function currentSecret({ cloud }: Session, arn: string): string | undefined {
  const current = cloud.get<{ version: string }>("aws/secret-current", arn);
  const found = current && cloud.get<Properties>("aws/secret-version", `${arn}|${current.version}`);
  if (!found) return undefined;
  const { secretString, secretBinary } = found;
  return secretString === undefined
    ? Buffer.from(String(secretBinary), "base64").toString("utf8")
    : String(secretString);
}

/** Makes a secret that a configuration takes for granted exist, with a value. */
export function assumeSecret(cloud: Cloud, arn: string, value: string): void {
  const version = "assumed";
  cloud.create("aws/secret", arn, { arn, assumed: true });
  cloud.put("aws/secret-version", `${arn}|${version}`, { secretString: value });
  cloud.put("aws/secret-current", arn, { version });
}

/** A secret may be named by its ARN or its name. */
function arnOf({ cloud, account }: Session, secretId: unknown): string {
  if (String(secretId).startsWith("arn:")) return String(secretId);
  const found = cloud
    .list<Properties>("aws/secret")
    .find(({ id, value }) => value.name === secretId && id.includes(`:${account}:`));
  return found?.id ?? String(secretId);
}
