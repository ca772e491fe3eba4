import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration.js";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy.js";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration.js";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning.js";
import * as pulumi from "@pulumi/pulumi";
import type { AwsGroundConfig } from "../config/ground.ts";
import { bundleBucket } from "./names.ts";
import { partitionOf, policyDocument } from "./policy-document.ts";

const name = "bundles";

/** How long what a release overwrote or removed can be had back. */
const days = 90;

/** The bucket for Beanstalk's bundles, in the environments' region: private, encrypted, versioned, and reached by TLS only. */
export class BundleBucket extends pulumi.ComponentResource {
  readonly name: pulumi.Output<string>;

  constructor({ account, region, protect }: AwsGroundConfig, place: pulumi.CustomResourceOptions) {
    super("slipway:ground:BundleBucket", name, {}, place);
    const options = { ...place, parent: this };
    const whole = bundleBucket(account, region);
    const { bucket } = new Bucket(
      name,
      { bucket: whole, forceDestroy: !protect },
      {
        ...options,
        protect,
      },
    );
    encrypt(bucket, options);
    keepVersions(bucket, options);
    close(bucket, `arn:${partitionOf(region)}:s3:::${whole}`, options);
    this.name = bucket;
    this.registerOutputs({ name: this.name });
  }
}

function encrypt(bucket: pulumi.Output<string>, options: pulumi.CustomResourceOptions): void {
  const rules = [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }];
  new BucketServerSideEncryptionConfiguration(name, { bucket, rules }, options);
}

function keepVersions(bucket: pulumi.Output<string>, options: pulumi.CustomResourceOptions): void {
  const versioning = new BucketVersioning(
    name,
    { bucket, versioningConfiguration: { status: "Enabled" } },
    options,
  );
  const oldVersions = {
    id: "old-versions",
    status: "Enabled",
    filter: {},
    expiration: { expiredObjectDeleteMarker: true },
    noncurrentVersionExpiration: { noncurrentDays: days },
    abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
  };
  new BucketLifecycleConfiguration(
    name,
    { bucket, rules: [oldVersions] },
    { ...options, dependsOn: versioning },
  );
}

/** To the public, and to whoever comes without TLS. */
function close(
  bucket: pulumi.Output<string>,
  arn: string,
  options: pulumi.CustomResourceOptions,
): void {
  const block = new BucketPublicAccessBlock(
    name,
    {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    options,
  );
  const policy = policyDocument([
    {
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [arn, `${arn}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ]);
  // S3 takes one change of a bucket's access at a time.
  new BucketPolicy(name, { bucket, policy }, { ...options, dependsOn: block });
}
