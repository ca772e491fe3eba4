import { isHidden, type Resource, type Rule, textOf } from "./rule.ts";

/** A bucket without the block is one grant away from being public. */
export const closedBuckets: Rule = {
  name: "closed-buckets",
  description: "Every bucket of S3 blocks public access.",
  remedy: "Add a BucketPublicAccessBlock for the bucket.",
  level: "mandatory",
  checkStack: (resources) => {
    const blocks = resources.filter(
      ({ type }) => type === "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    );
    return resources
      .filter((resource) => isBucket(resource) && !blocks.some((block) => isOf(resource, block)))
      .map(({ name }) => `the bucket ${name} does not block public access`);
  },
};

function isBucket({ type }: Resource): boolean {
  return /^aws:s3\/bucket(?:V2)?:Bucket(?:V2)?$/.test(type);
}

/** By the bucket's name; only where a preview does not know yet which bucket is meant, by the resource's. */
function isOf(bucket: Resource, block: Resource): boolean {
  if (isHidden(block.props.bucket)) return block.name === bucket.name;
  const name = textOf(bucket.props.bucket);
  return name !== "" && name === textOf(block.props.bucket);
}
