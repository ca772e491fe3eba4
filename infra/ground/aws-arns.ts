import type { AwsGroundConfig } from "../config/ground.ts";
import { bundleBucket, namePrefix, rolePath } from "./names.ts";
import { partitionOf } from "./policy-document.ts";

/** The ARNs of what releases make and use, as patterns where a release chooses the rest of the name. */
export function arnsOf({ account, region, application, repositories, zones }: AwsGroundConfig) {
  const partition = partitionOf(region);
  const at = (service: string, rest: string) =>
    `arn:${partition}:${service}:${region}:${account}:${rest}`;
  const global = (service: string, rest: string) =>
    `arn:${partition}:${service}::${account}:${rest}`;
  const bucket = bundleBucket(account, region);
  return {
    at,
    partition,
    repositories: repositories.map((name) => at("ecr", `repository/${name}`)),
    /** The application, its versions and environments, and Beanstalk's own platforms. */
    beanstalk: [
      at("elasticbeanstalk", `application/${application}`),
      at("elasticbeanstalk", `applicationversion/${application}/*`),
      at("elasticbeanstalk", `environment/${application}/*`),
      `arn:${partition}:elasticbeanstalk:${region}::solutionstack/*`,
    ],
    bucket: `arn:${partition}:s3:::${bucket}`,
    bundles: `arn:${partition}:s3:::${bucket}/*`,
    /** The bucket that Beanstalk keeps for itself in each region. */
    ownBucket: `arn:${partition}:s3:::elasticbeanstalk-${region}-${account}`,
    role: global("iam", `role${rolePath}*`),
    roles: [global("iam", `role${rolePath}*`), global("iam", `instance-profile${rolePath}*`)],
    secrets: at("secretsmanager", `secret:${namePrefix}/*`),
    /** A release's own, and those by which Beanstalk scales. */
    alarms: [at("cloudwatch", `alarm:${namePrefix}-*`), at("cloudwatch", "alarm:awseb-*")],
    linkedRoles: global("iam", "role/aws-service-role/*"),
    images: `arn:${partition}:ec2:${region}::image/*`,
    managed: (name: string) => `arn:${partition}:iam::aws:policy/${name}`,
    zones: zones.map((zone) => `arn:${partition}:route53:::hostedzone/${zone}`),
  };
}

export type Arns = ReturnType<typeof arnsOf>;
