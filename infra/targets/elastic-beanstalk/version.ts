import { createHash } from "node:crypto";
import { ApplicationVersion } from "@pulumi/aws/elasticbeanstalk/applicationVersion.js";
import { BucketObjectv2 } from "@pulumi/aws/s3/bucketObjectv2.js";
import * as pulumi from "@pulumi/pulumi";
import type { ElasticBeanstalkConfig } from "../../config/elastic-beanstalk.ts";
import { bundleBucket } from "../../ground/names.ts";
import type { TargetArgs } from "../target.ts";
import type { LoginFile } from "./login.ts";
import { folder, type Place } from "./place.ts";

export interface VersionArgs extends Pick<TargetArgs, "image" | "commit" | "attempt"> {
  readonly login: LoginFile | undefined;
  /** The versions of the secrets that the app gets: a new value is a new version of the app, or no instance would read it. */
  readonly secretVersions: readonly pulumi.Input<string>[];
}

/**
 * What Elastic Beanstalk is told to run: a bundle in ground's bucket and the application's version of it. Either is new with
 * every change, and stays where it is when the next one comes: the platform may go back to it. Ground's rules for the
 * application's versions clear old versions away; bundles stay, a few hundred bytes each.
 */
export function makeVersion(
  name: string,
  config: ElasticBeanstalkConfig,
  args: VersionArgs,
  place: Place,
): ApplicationVersion {
  const bucket = bundleBucket(config.account, config.region);
  const dockerrun = pulumi.output(args.image).apply((image) => dockerrunFile(image, config, args));
  const redirects = config.domain?.certificate !== undefined;
  const key = pulumi
    .all([dockerrun, args.attempt, pulumi.all([...args.secretVersions])])
    .apply(([content, attempt, versions]) => {
      const hash = createHash("sha256")
        .update(JSON.stringify([content, versions]))
        .digest("hex");
      const release = `${folder(name)}/${args.commit}-${attempt}-${hash.slice(0, 12)}`;
      return `${release}/${redirects ? "bundle.zip" : "Dockerrun.aws.json"}`;
    });
  const encrypted = { bucket, key, serverSideEncryption: "AES256" };
  const bundle = new BucketObjectv2(
    name,
    redirects
      ? { ...encrypted, source: dockerrun.apply(archive), contentType: "application/zip" }
      : { ...encrypted, content: dockerrun, contentType: "application/json" },
    { ...place, retainOnDelete: true },
  );
  return new ApplicationVersion(
    name,
    {
      application: config.application,
      bucket: bundle.bucket,
      key: bundle.key,
      description: pulumi.interpolate`commit ${args.commit}, attempt ${args.attempt}`,
      tags: { "slipway:commit": args.commit },
    },
    { ...place, retainOnDelete: true },
  );
}

/** https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/single-container-docker-configuration.html, version 1. */
function dockerrunFile(
  image: string,
  { containerPort }: ElasticBeanstalkConfig,
  { login }: VersionArgs,
): string {
  return JSON.stringify({
    AWSEBDockerrunVersion: "1",
    Image: { Name: image, Update: "true" },
    Ports: [{ ContainerPort: containerPort }],
    ...(login && { Authentication: { Bucket: login.bucket, Key: login.key } }),
  });
}

/** The load balancer's own health checks name no scheme, and go through. */
const redirect = `if ($http_x_forwarded_proto = "http") {
  return 301 https://$host$request_uri;
}
`;

/** With the rule for the platform's nginx that sends HTTP on to HTTPS, which no setting of the environment can. */
function archive(dockerrun: string): pulumi.asset.Archive {
  return new pulumi.asset.AssetArchive({
    "Dockerrun.aws.json": new pulumi.asset.StringAsset(dockerrun),
    ".platform/nginx/conf.d/elasticbeanstalk/https.conf": new pulumi.asset.StringAsset(redirect),
  });
}
