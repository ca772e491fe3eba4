import { block, flag, list, map, text, whole } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import type { Properties } from "../values.ts";
import { bucketSetting } from "./bucket-setting.ts";
import { oneOf, shorterThan } from "./forms.ts";
import type { Session } from "./session.ts";

/** `s3.BucketLifecycleConfiguration`; transitions to other storage classes are no part of it here. */
export function bucketLifecycleType(session: Session): ResourceType {
  return bucketSetting(
    session,
    "aws/bucket-lifecycle",
    {
      expectedBucketOwner: text({ replaces: true }),
      transitionDefaultMinimumObjectSize: text({
        computed: true,
        refuses: oneOf("all_storage_classes_128K", "varies_by_storage_class"),
      }),
      rules: list(rule, { required: true }),
    },
    ({ rules }) => {
      for (const each of rules as Properties[])
        if (!acts(each)) {
          throw new RuleError(
            `InvalidRequest: rule ${each.id} does nothing; give it an expiration of objects, versions or uploads`,
          );
        }
    },
  );
}

const tag = block({ key: text({ required: true }), value: text({ required: true }) });

const rule = block({
  id: text({ required: true, refuses: shorterThan(255) }),
  status: text({ required: true, refuses: oneOf("Enabled", "Disabled") }),
  prefix: text({ computed: true }),
  filter: block(
    {
      prefix: text(),
      objectSizeGreaterThan: whole(),
      objectSizeLessThan: whole(),
      tag,
      and: block({ prefix: text(), tags: map() }),
    },
    { computed: true },
  ),
  expiration: block({ date: text(), days: whole(), expiredObjectDeleteMarker: flag() }),
  noncurrentVersionExpiration: block({
    newerNoncurrentVersions: whole(),
    noncurrentDays: whole({ required: true }),
  }),
  abortIncompleteMultipartUpload: block({ daysAfterInitiation: whole() }),
});

function acts({
  expiration,
  noncurrentVersionExpiration,
  abortIncompleteMultipartUpload,
}: Properties): boolean {
  return [expiration, noncurrentVersionExpiration, abortIncompleteMultipartUpload].some(Boolean);
}
