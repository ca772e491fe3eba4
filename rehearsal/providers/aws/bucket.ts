import { flag, text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import type { Properties } from "../values.ts";
import { like } from "./forms.ts";
import { recordType } from "./record-type.ts";
import type { Session } from "./session.ts";

/** `s3.Bucket`; what is set by resources of its own, such as versioning, is no property of it here. */
export function bucketType(session: Session): ResourceType {
  const { cloud } = session;
  return recordType(session, {
    kind: "aws/bucket",
    tagged: true,
    autonamed: { property: "bucket", most: 63, lower: true },
    schema: {
      bucket: text({ replaces: true, refuses: bucketName }),
      forceDestroy: flag(),
      objectLockEnabled: flag({ computed: true, replaces: true }),
      arn: text({ output: true }),
      bucketDomainName: text({ output: true }),
      bucketRegion: text({ output: true }),
      bucketRegionalDomainName: text({ output: true }),
      hostedZoneId: text({ output: true }),
    },
    place: ({ bucket }) => String(bucket),
    taken: ({ bucket }) =>
      `BucketAlreadyExists: there is a bucket ${bucket} already, in this account or another; choose another name, or leave bucket out`,
    made: ({ bucket, region }) => ({
      id: String(bucket),
      outputs: {
        arn: `arn:aws:s3:::${bucket}`,
        bucketDomainName: `${bucket}.s3.amazonaws.com`,
        bucketRegion: region ?? "",
        bucketRegionalDomainName: `${bucket}.s3.${region}.amazonaws.com`,
        hostedZoneId: "Z1BKCTXD74EZPE",
      },
    }),
    remove({ bucket, forceDestroy }) {
      const objects = cloud.list("aws/object").filter(({ id }) => id.startsWith(`${bucket}/`));
      if (objects.length > 0 && forceDestroy !== true) {
        throw new RuleError(
          `BucketNotEmpty: bucket ${bucket} holds ${objects.length} objects; delete them first, or set forceDestroy`,
        );
      }
      for (const { id } of objects) cloud.delete("aws/object", id);
      for (const kind of settingsOfBuckets) cloud.delete(kind, String(bucket));
    },
  });
}

/** The kinds of records that go with a bucket. */
const settingsOfBuckets = [
  "aws/bucket-public-access-block",
  "aws/bucket-encryption",
  "aws/bucket-versioning",
  "aws/bucket-lifecycle",
  "aws/bucket-policy",
];

/** The bucket of that name, which must exist. */
export function bucketNamed({ cloud }: Session, bucket: string): Properties {
  const found = cloud.get<Properties>("aws/bucket", bucket);
  if (found) return found;
  throw new RuleError(`NoSuchBucket: there is no bucket ${bucket}; make it first`);
}

/** By the user guide's rules for general purpose buckets. */
const bucketName = like(
  /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*\.\.)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?<!-s3alias|--ol-s3)$/,
  "3 to 63 lower-case letters, digits, dots and - that begin and end with a letter or a digit",
);
