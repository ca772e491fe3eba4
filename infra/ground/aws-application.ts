import { Application } from "@pulumi/aws/elasticbeanstalk/application.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsGroundConfig } from "../config/ground.ts";
import { partitionOf, policyDocument, trustsService } from "./policy-document.ts";

/**
 * The Beanstalk application, whose oldest versions Beanstalk removes when a release adds one: at most 100 at a time, and none
 * that an environment runs (https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/applications-lifecycle.html).
 */
export function beanstalkApplication(
  name: string,
  { account, region, versions, protect }: AwsGroundConfig,
  options: pulumi.CustomResourceOptions,
): Application {
  const role = new Role(
    "versions",
    {
      name: "slipway-versions",
      description: "Removes old versions of Beanstalk applications",
      assumeRolePolicy: trustsService("elasticbeanstalk.amazonaws.com"),
    },
    options,
  );
  const at = `arn:${partitionOf(region)}:elasticbeanstalk:${region}:${account}`;
  const policy = new RolePolicy(
    "versions",
    {
      name: "remove-old",
      role: role.name,
      policy: policyDocument([
        {
          Sid: "Versions",
          Effect: "Allow",
          Action: [
            "elasticbeanstalk:DeleteApplicationVersion",
            "elasticbeanstalk:DescribeApplicationVersions",
            "elasticbeanstalk:DescribeEnvironments",
          ],
          Resource: [
            `${at}:application/${name}`,
            `${at}:applicationversion/${name}/*`,
            `${at}:environment/${name}/*`,
          ],
        },
      ]),
    },
    options,
  );
  return new Application(
    "application",
    {
      name,
      // Versions of one release may share a bundle, which is a few hundred bytes.
      appversionLifecycle: {
        serviceRole: role.arn,
        maxCount: versions,
        deleteSourceFromS3: false,
      },
    },
    { ...options, dependsOn: policy, protect },
  );
}
