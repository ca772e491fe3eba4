import { describe, expect, it } from "vitest";
import { closedBuckets } from "../../../infra/policy/closed-buckets.ts";
import { type Props, unknownMark } from "../../../infra/policy/rule.ts";
import { factsOf, resource } from "./judge.ts";

const bucket = (name: string, props: Props) => resource("aws:s3/bucket:Bucket", props, { name });
const block = (name: string, props: Props) =>
  resource("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", props, { name });

describe("a bucket of S3", () => {
  it.each([
    ["by its name", [bucket("a", { bucket: "acme" }), block("b", { bucket: "acme" })]],
    ["by its resource", [bucket("a", {}), block("a", { bucket: unknownMark })]],
  ])("is accepted when public access is blocked %s", (_how, resources) => {
    expect(closedBuckets.checkStack?.(resources, factsOf())).toEqual([]);
  });

  it.each([
    ["there is no block", [bucket("a", { bucket: "acme" })]],
    ["the block is another's", [bucket("a", { bucket: "acme" }), block("b", { bucket: "other" })]],
  ])("is refused when %s", (_why, resources) => {
    expect(closedBuckets.checkStack?.(resources, factsOf())).toEqual([
      "the bucket a does not block public access",
    ]);
  });
});
