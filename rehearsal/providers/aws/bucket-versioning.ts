import { block, text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { bucketSetting } from "./bucket-setting.ts";
import { oneOf } from "./forms.ts";
import type { Session } from "./session.ts";

/** `s3.BucketVersioning`. */
export function bucketVersioningType(session: Session): ResourceType {
  return bucketSetting(session, "aws/bucket-versioning", {
    expectedBucketOwner: text({ replaces: true }),
    mfa: text(),
    versioningConfiguration: block(
      {
        status: text({ required: true, refuses: oneOf("Enabled", "Suspended", "Disabled") }),
        mfaDelete: text({ computed: true, refuses: oneOf("Enabled", "Disabled") }),
      },
      { required: true },
    ),
  });
}
