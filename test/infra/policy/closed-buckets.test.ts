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
    [
      "by its resource, though it has a name",
      [bucket("a", { bucket: "acme" }), block("a", { bucket: unknownMark })],
    ],
  ])("is accepted when public access is blocked %s", (_how, resources) => {
    expect(closedBuckets.checkStack?.(resources, factsOf())).toEqual([]);
  });

  it.each([
    ["there is no block", [bucket("a", { bucket: "acme" })]],
    ["the block is another's", [bucket("a", { bucket: "acme" }), block("b", { bucket: "other" })]],
    [
      "the block is another's and only has its name",
      [bucket("a", { bucket: "acme" }), block("a", { bucket: "other" })],
    ],
    [
      "nobody knows whose the block is",
      [bucket("a", { bucket: "acme" }), block("b", { bucket: unknownMark })],
    ],
    ["neither has a name", [bucket("a", {}), block("b", {})]],
  ])("is refused when %s", (_why, resources) => {
    expect(closedBuckets.checkStack?.(resources, factsOf())).toEqual([
      "the bucket a does not block public access",
    ]);
  });
});
