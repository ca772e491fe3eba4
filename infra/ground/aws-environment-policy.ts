import type { Arns } from "./aws-arns.ts";
import { allow, type Statement } from "./policy-document.ts";

/**
 * What Beanstalk does in the name of whoever changes an environment: its stack, machines, balancer, logs and bucket. It names
 * them `awseb-…`; machines, security groups and templates have only ids.
 * (https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/concepts-roles-user.html)
 */
export function environmentStatements(arns: Arns): Statement[] {
  const { at, ownBucket } = arns;
  const ec2 = (...kinds: string[]) => kinds.map((kind) => at("ec2", `${kind}/*`));
  return [
    allow("Stacks", stacks, at("cloudformation", "stack/awseb-*")),
    allow("Scale", scale, at("autoscaling", "autoScalingGroup:*:autoScalingGroupName/awseb-*")),
    allow("Machines", machines, [
      ...ec2("instance", "launch-template", "network-interface", "security-group", "subnet"),
      ...ec2("elastic-ip", "volume", "vpc"),
      arns.images,
    ]),
    // Beanstalk marks its own.
    allow("Terminate", ["ec2:TerminateInstances"], ec2("instance"), {
      Null: { "aws:ResourceTag/elasticbeanstalk:environment-id": "false" },
    }),
    allow("Balancer", balancer, [
      at("elasticloadbalancing", "loadbalancer/app/awseb-*"),
      at("elasticloadbalancing", "listener/app/awseb-*"),
      at("elasticloadbalancing", "listener-rule/app/awseb-*"),
      at("elasticloadbalancing", "targetgroup/awseb-*"),
    ]),
    allow("Logs", logs, at("logs", "log-group:/aws/elasticbeanstalk/*")),
    allow("OwnBucket", ownBucketActions, [ownBucket, `${ownBucket}/*`]),
    allow("LinkedRoles", ["iam:CreateServiceLinkedRole"], arns.linkedRoles, {
      StringEquals: { "iam:AWSServiceName": linked.map((name) => `${name}.amazonaws.com`) },
    }),
  ];
}

/** What it looks at there; AWS lets these name no resource. */
export const environmentLooks = [
  "autoscaling:DescribeAutoScalingGroups",
  "autoscaling:DescribeAutoScalingInstances",
  "autoscaling:DescribePolicies",
  "autoscaling:DescribeScalingActivities",
  "ec2:DescribeAccountAttributes",
  "ec2:DescribeAddresses",
  "ec2:DescribeImages",
  "ec2:DescribeInstances",
  "ec2:DescribeInstanceTypes",
  "ec2:DescribeLaunchTemplates",
  "ec2:DescribeLaunchTemplateVersions",
  "ec2:DescribeSecurityGroups",
  "ec2:DescribeSubnets",
  "ec2:DescribeVpcs",
  "elasticloadbalancing:DescribeListeners",
  "elasticloadbalancing:DescribeLoadBalancers",
  "elasticloadbalancing:DescribeRules",
  "elasticloadbalancing:DescribeTargetGroups",
  "elasticloadbalancing:DescribeTargetHealth",
];

const stacks = [
  "cloudformation:CancelUpdateStack",
  "cloudformation:CreateStack",
  "cloudformation:DeleteStack",
  "cloudformation:DescribeStackEvents",
  "cloudformation:DescribeStackResource",
  "cloudformation:DescribeStackResources",
  "cloudformation:DescribeStacks",
  "cloudformation:GetTemplate",
  "cloudformation:ListStackResources",
  "cloudformation:TagResource",
  "cloudformation:UpdateStack",
];

const scale = [
  "autoscaling:CreateAutoScalingGroup",
  "autoscaling:CreateOrUpdateTags",
  "autoscaling:DeleteAutoScalingGroup",
  "autoscaling:DeletePolicy",
  "autoscaling:DeleteScheduledAction",
  "autoscaling:DetachInstances",
  "autoscaling:PutNotificationConfiguration",
  "autoscaling:PutScalingPolicy",
  "autoscaling:PutScheduledUpdateGroupAction",
  "autoscaling:ResumeProcesses",
  "autoscaling:SetDesiredCapacity",
  "autoscaling:SuspendProcesses",
  "autoscaling:TerminateInstanceInAutoScalingGroup",
  "autoscaling:UpdateAutoScalingGroup",
];

const machines = [
  "ec2:AllocateAddress",
  "ec2:AssociateAddress",
  "ec2:AuthorizeSecurityGroupEgress",
  "ec2:AuthorizeSecurityGroupIngress",
  "ec2:CreateLaunchTemplate",
  "ec2:CreateLaunchTemplateVersion",
  "ec2:CreateSecurityGroup",
  "ec2:CreateTags",
  "ec2:DeleteLaunchTemplate",
  "ec2:DeleteLaunchTemplateVersions",
  "ec2:DeleteSecurityGroup",
  "ec2:DisassociateAddress",
  "ec2:ReleaseAddress",
  "ec2:RevokeSecurityGroupEgress",
  "ec2:RevokeSecurityGroupIngress",
  "ec2:RunInstances",
];

const balancer = [
  "elasticloadbalancing:AddTags",
  "elasticloadbalancing:CreateListener",
  "elasticloadbalancing:CreateLoadBalancer",
  "elasticloadbalancing:CreateRule",
  "elasticloadbalancing:CreateTargetGroup",
  "elasticloadbalancing:DeleteListener",
  "elasticloadbalancing:DeleteLoadBalancer",
  "elasticloadbalancing:DeleteRule",
  "elasticloadbalancing:DeleteTargetGroup",
  "elasticloadbalancing:DeregisterTargets",
  "elasticloadbalancing:ModifyListener",
  "elasticloadbalancing:ModifyLoadBalancerAttributes",
  "elasticloadbalancing:ModifyRule",
  "elasticloadbalancing:ModifyTargetGroup",
  "elasticloadbalancing:ModifyTargetGroupAttributes",
  "elasticloadbalancing:RegisterTargets",
  "elasticloadbalancing:SetSecurityGroups",
];

const logs = [
  "logs:CreateLogGroup",
  "logs:DeleteLogGroup",
  "logs:DescribeLogGroups",
  "logs:PutRetentionPolicy",
];

const ownBucketActions = [
  "s3:CreateBucket",
  "s3:DeleteObject",
  "s3:GetBucketLocation",
  "s3:GetBucketPolicy",
  "s3:GetObject",
  "s3:ListBucket",
  "s3:PutBucketOwnershipControls",
  "s3:PutBucketPolicy",
  "s3:PutObject",
  "s3:PutObjectAcl",
];

const linked = ["autoscaling", "elasticbeanstalk", "elasticloadbalancing"];
