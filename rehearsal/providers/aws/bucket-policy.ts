import type { ResourceType } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import { isProperties, type Properties, type Value } from "../values.ts";
import { json } from "./aws-type.ts";
import { bucketSetting } from "./bucket-setting.ts";
import type { Session } from "./session.ts";

/** `s3.BucketPolicy`. */
export function bucketPolicyType(session: Session): ResourceType {
  const { cloud } = session;
  return bucketSetting(
    session,
    "aws/bucket-policy",
    { policy: json({ required: true }) },
    ({ bucket, policy }) => {
      const statements = statementsOf(JSON.parse(String(policy)) as Properties);
      for (const each of statements) {
        if (isOfBucket(each, String(bucket))) continue;
        throw new RuleError(
          `MalformedPolicy: Policy has invalid resource; name arn:aws:s3:::${bucket} or what is in it`,
        );
      }
      const block = cloud.get<Properties>("aws/bucket-public-access-block", String(bucket));
      if (block?.blockPublicPolicy === true && statements.some(isPublic)) {
        throw new RuleError(
          `AccessDenied: bucket ${bucket} blocks public policies, and this one is public; name who may, or give a condition`,
        );
      }
    },
  );
}

function statementsOf({ Statement }: Properties): Properties[] {
  return [Statement ?? []].flat().filter(isProperties);
}

function isOfBucket({ Resource, NotResource }: Properties, bucket: string): boolean {
  const named = [Resource ?? NotResource ?? []].flat().map(String);
  const own = `arn:aws:s3:::${bucket}`;
  return named.length > 0 && named.every((each) => each === own || each.startsWith(`${own}/`));
}

function isPublic({ Effect, Principal, Condition }: Properties): boolean {
  return Effect === "Allow" && Condition === undefined && isEverybody(Principal);
}

function isEverybody(principal: Value | undefined): boolean {
  if (isProperties(principal)) return isEverybody(principal.AWS);
  return Array.isArray(principal) ? principal.includes("*") : principal === "*";
}
