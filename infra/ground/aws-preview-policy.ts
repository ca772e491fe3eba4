import type { AwsGroundConfig } from "../config/ground.ts";
import { type Arns, arnsOf } from "./aws-arns.ts";
import { allow, policyDocument, type Statement } from "./policy-document.ts";

/** What a preview may do: look things up. It runs a branch's code, so it reads no secret and no bundle. */
export function previewPolicy(config: AwsGroundConfig): string {
  const arns = arnsOf(config);
  return policyDocument([
    allow("Anywhere", reads.anywhere, "*"),
    ...(arns.repositories.length > 0 ? [allow("Images", reads.images, arns.repositories)] : []),
    ...(config.application ? applicationStatements(arns) : []),
  ]);
}

function applicationStatements(arns: Arns): Statement[] {
  return [
    allow("Beanstalk", reads.beanstalk, arns.beanstalk),
    allow("Roles", reads.roles, arns.roles),
  ];
}

/** The actions that only read, which deliveries need as well. */
export const reads = {
  /** AWS lets these name no resource: a login, and looking an environment up by its tags. */
  anywhere: ["ecr:GetAuthorizationToken", "tag:GetResources"],
  images: [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:DescribeImages",
    "ecr:GetDownloadUrlForLayer",
  ],
  beanstalk: [
    "elasticbeanstalk:DescribeApplicationVersions",
    "elasticbeanstalk:DescribeApplications",
    "elasticbeanstalk:DescribeEnvironmentResources",
    "elasticbeanstalk:DescribeEnvironments",
    "elasticbeanstalk:DescribeEvents",
    "elasticbeanstalk:ListAvailableSolutionStacks",
    "elasticbeanstalk:ListTagsForResource",
  ],
  roles: [
    "iam:GetInstanceProfile",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListInstanceProfilesForRole",
    "iam:ListRolePolicies",
  ],
} as const;
