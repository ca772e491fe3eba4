import { flag } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { bucketSetting } from "./bucket-setting.ts";
import type { Session } from "./session.ts";

/** `s3.BucketPublicAccessBlock`. */
export function bucketPublicAccessBlockType(session: Session): ResourceType {
  return bucketSetting(session, "aws/bucket-public-access-block", {
    blockPublicAcls: flag(),
    blockPublicPolicy: flag(),
    ignorePublicAcls: flag(),
    restrictPublicBuckets: flag(),
    skipDestroy: flag(),
  });
}
