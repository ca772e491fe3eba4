import { type Resource, type Rule, textOf } from "./rule.ts";

/** A bucket without the block is one grant away from being public. */
export const closedBuckets: Rule = {
  name: "closed-buckets",
  description: "Every bucket of S3 blocks public access.",
  remedy: "Add a BucketPublicAccessBlock for the bucket.",
  level: "mandatory",
  checkStack: (resources) => {
    const blocked = new Set(
      resources
        .filter(({ type }) => type === "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
        .flatMap((block) => [textOf(block.props.bucket), block.name])
        .filter(Boolean),
    );
    return resources
      .filter((resource) => isBucket(resource) && !isBlocked(resource, blocked))
      .map(({ name }) => `the bucket ${name} does not block public access`);
  },
};

function isBucket({ type }: Resource): boolean {
  return /^aws:s3\/bucket(?:V2)?:Bucket(?:V2)?$/.test(type);
}

/** By the bucket's name; where a preview does not know it yet, by the resource's. */
function isBlocked({ name, props }: Resource, blocked: ReadonlySet<string>): boolean {
  return blocked.has(name) || blocked.has(textOf(props.bucket));
}
