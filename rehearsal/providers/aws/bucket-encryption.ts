import { block, flag, list, set, text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { bucketSetting } from "./bucket-setting.ts";
import { oneOf } from "./forms.ts";
import type { Session } from "./session.ts";

/** `s3.BucketServerSideEncryptionConfiguration`. */
export function bucketEncryptionType(session: Session): ResourceType {
  return bucketSetting(session, "aws/bucket-encryption", {
    expectedBucketOwner: text({ replaces: true }),
    rules: set(
      block({
        applyServerSideEncryptionByDefault: block({
          sseAlgorithm: text({
            required: true,
            refuses: oneOf("AES256", "aws:kms", "aws:kms:dsse"),
          }),
          kmsMasterKeyId: text(),
        }),
        blockedEncryptionTypes: list(text(), { computed: true }),
        bucketKeyEnabled: flag(),
      }),
      { required: true },
    ),
  });
}
