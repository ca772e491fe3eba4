import * as pulumi from "@pulumi/pulumi";
import type { AwsGroundConfig } from "../config/ground.ts";
import { type Arns, arnsOf } from "./aws-arns.ts";
import { environmentLooks, environmentStatements } from "./aws-environment-policy.ts";
import { reads } from "./aws-preview-policy.ts";
import { allow, policyDocument, type Statement } from "./policy-document.ts";

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const longest = 10_240;

/**
 * What a delivery may do: push, store bundles, change this application's environments and what Beanstalk makes for them,
 * and make roles below one path.
 * @throws pulumi.RunError when it is longer than a role's own policies may be.
 */
export function deployPolicy(config: AwsGroundConfig): string {
  const arns = arnsOf(config);
  const { application } = config;
  const anywhere = application
    ? [...reads.anywhere, ...looks, ...environmentLooks]
    : reads.anywhere;
  const images = [...reads.images, ...push];
  const policy = policyDocument([
    allow("Anywhere", anywhere, "*"),
    ...(arns.repositories.length > 0 ? [allow("Images", images, arns.repositories)] : []),
    ...(application ? [...releaseStatements(arns), ...environmentStatements(arns)] : []),
    ...(arns.zones.length > 0 ? domainStatements(arns) : []),
  ]);
  if (policy.length <= longest) return policy;
  throw new pulumi.RunError(
    `slipway:ground.aws: what the deploying role may do takes ${policy.length} characters, and AWS takes ${longest}; name fewer repositories and zones`,
  );
}

/** What the program itself makes for a release. */
function releaseStatements(arns: Arns): Statement[] {
  return [
    allow("Beanstalk", [...reads.beanstalk, ...release], arns.beanstalk),
    allow("Bundles", bundles, arns.bundles),
    allow("Bucket", ["s3:GetBucketLocation", "s3:ListBucket"], arns.bucket),
    allow("Roles", [...reads.roles, ...makeRoles], arns.roles),
    allow("Attach", ["iam:AttachRolePolicy", "iam:DetachRolePolicy"], arns.role, {
      ArnEquals: { "iam:PolicyARN": attachable.map(arns.managed) },
    }),
    allow("Pass", ["iam:PassRole"], arns.role, {
      StringEquals: {
        "iam:PassedToService": ["ec2.amazonaws.com", "elasticbeanstalk.amazonaws.com"],
      },
    }),
    allow("Secrets", secrets, arns.secrets),
    allow("Alarms", alarms, arns.alarms),
  ];
}

function domainStatements(arns: Arns): Statement[] {
  const change = `arn:${arns.partition}:route53:::change/*`;
  return [
    allow("Domain", domain, arns.zones),
    allow("DomainChange", ["route53:GetChange"], change),
  ];
}

/** Whether a name below Beanstalk's own domain is free; it names no resource. */
const looks = ["elasticbeanstalk:CheckDNSAvailability"];

const push = [
  "ecr:CompleteLayerUpload",
  "ecr:InitiateLayerUpload",
  "ecr:PutImage",
  "ecr:UploadLayerPart",
];

const bundles = [
  "s3:DeleteObject",
  "s3:DeleteObjectVersion",
  "s3:GetObject",
  "s3:GetObjectTagging",
  "s3:GetObjectVersion",
  "s3:PutObject",
  "s3:PutObjectTagging",
];

const release = [
  "elasticbeanstalk:AbortEnvironmentUpdate",
  "elasticbeanstalk:AddTags",
  "elasticbeanstalk:CreateApplicationVersion",
  "elasticbeanstalk:CreateEnvironment",
  "elasticbeanstalk:DeleteApplicationVersion",
  "elasticbeanstalk:DescribeConfigurationOptions",
  "elasticbeanstalk:DescribeConfigurationSettings",
  "elasticbeanstalk:RemoveTags",
  "elasticbeanstalk:TerminateEnvironment",
  "elasticbeanstalk:UpdateApplicationVersion",
  "elasticbeanstalk:UpdateEnvironment",
  "elasticbeanstalk:UpdateTagsForResource",
  "elasticbeanstalk:ValidateConfigurationSettings",
];

const makeRoles = [
  "iam:AddRoleToInstanceProfile",
  "iam:CreateInstanceProfile",
  "iam:CreateRole",
  "iam:DeleteInstanceProfile",
  "iam:DeleteRole",
  "iam:DeleteRolePolicy",
  "iam:PutRolePolicy",
  "iam:RemoveRoleFromInstanceProfile",
  "iam:TagInstanceProfile",
  "iam:TagRole",
  "iam:UntagRole",
  "iam:UpdateAssumeRolePolicy",
  "iam:UpdateRole",
];

/** AWS's own policies for what Beanstalk runs as; a release attaches no other. */
const attachable = [
  "AWSElasticBeanstalkWebTier",
  "AWSElasticBeanstalkManagedUpdatesCustomerRolePolicy",
  "AmazonEC2ContainerRegistryReadOnly",
  "service-role/AWSElasticBeanstalkEnhancedHealth",
];

const secrets = [
  "secretsmanager:CreateSecret",
  "secretsmanager:DeleteSecret",
  "secretsmanager:DescribeSecret",
  "secretsmanager:GetResourcePolicy",
  "secretsmanager:GetSecretValue",
  "secretsmanager:PutSecretValue",
  "secretsmanager:TagResource",
  "secretsmanager:UntagResource",
  "secretsmanager:UpdateSecret",
  "secretsmanager:UpdateSecretVersionStage",
];

const alarms = [
  "cloudwatch:DeleteAlarms",
  "cloudwatch:DescribeAlarms",
  "cloudwatch:ListTagsForResource",
  "cloudwatch:PutMetricAlarm",
  "cloudwatch:TagResource",
  "cloudwatch:UntagResource",
];

const domain = [
  "route53:ChangeResourceRecordSets",
  "route53:GetHostedZone",
  "route53:ListResourceRecordSets",
];
