import { describe, expect, it } from "vitest";
import { leastRights } from "../../../infra/policy/least-rights.ts";
import { type Props, unknownMark } from "../../../infra/policy/rule.ts";
import { factsOf, resource } from "./judge.ts";

const check = (type: string, props: Props) => leastRights.check?.(resource(type, props), factsOf());

const types = {
  member: "gcp:projects/iAMMember:IAMMember",
  binding: "gcp:projects/iAMBinding:IAMBinding",
  key: "gcp:serviceaccount/key:Key",
  accessKey: "aws:iam/accessKey:AccessKey",
  attachment: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  role: "aws:iam/role:Role",
  policy: "aws:iam/rolePolicy:RolePolicy",
};
const allow = (Action: unknown, Resource: unknown, more: object = {}) => ({
  policy: JSON.stringify({
    Statement: [{ Sid: "Some", Effect: "Allow", Action, Resource, ...more }],
  }),
});
const secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:slipway/*";

describe("rights", () => {
  it.each<[keyof typeof types, Props]>([
    ["member", { role: "roles/run.admin", member: "serviceAccount:a@b" }],
    ["member", { role: unknownMark }],
    ["attachment", { policyArn: "arn:aws:iam::aws:policy/AWSElasticBeanstalkWebTier" }],
    ["policy", allow("secretsmanager:GetSecretValue", [secret])],
    ["policy", allow(["ecr:GetAuthorizationToken", "tag:GetResources"], "*")],
    ["policy", allow(["ec2:DescribeInstances", "autoscaling:DescribePolicies"], "*")],
    ["policy", allow("*", "*", { Effect: "Deny" })],
    ["policy", allow("s3:Get*", ["arn:aws:s3:::acme-*", "arn:aws:s3:::acme/*"])],
    ["policy", allow("ec2:RunInstances", "arn:aws:ec2:eu-west-1:123456789012:instance/*")],
    ["policy", allow("logs:PutLogEvents", "arn:aws:logs:*:123456789012:log-group:/acme/*")],
    ["policy", allow("ecr:GetAuthorizationToken", "**")],
    ["policy", { policy: unknownMark }],
    ["policy", { policy: "no JSON" }],
    ["role", { assumeRolePolicy: allow("sts:AssumeRole", undefined).policy }],
  ])("of a %s as %o are accepted", (type, props) => {
    expect(check(types[type], props)).toEqual([]);
  });

  it.each<[keyof typeof types, Props, string[]]>([
    ["member", { role: "roles/owner", member: "user:a@b" }, ["roles/owner is given"]],
    ["binding", { role: "roles/editor", members: ["user:a@b"] }, ["roles/editor is given"]],
    ["key", {}, ["it is a key that does not end"]],
    ["accessKey", { user: "robot" }, ["it is a key that does not end"]],
    [
      "attachment",
      { policyArn: "arn:aws:iam::aws:policy/AdministratorAccess" },
      ["arn:aws:iam::aws:policy/AdministratorAccess is attached"],
    ],
    [
      "role",
      { managedPolicyArns: ["arn:aws:iam::aws:policy/IAMFullAccess"] },
      ["arn:aws:iam::aws:policy/IAMFullAccess is attached"],
    ],
    ["policy", allow("*", "*"), ["the statement Some allows *"]],
    ["policy", allow("s3:*", "arn:aws:s3:::acme"), ["the statement Some allows s3:*"]],
    [
      "policy",
      allow(["iam:PassRole", "tag:GetResources"], "*"),
      ["the statement Some allows iam:PassRole on every resource"],
    ],
    [
      "policy",
      allow(undefined, "*", { NotAction: "iam:*" }),
      ["the statement Some allows all but what it names"],
    ],
    [
      "policy",
      {
        policy: JSON.stringify({ Statement: { Effect: "Allow", Action: ["*"], Resource: ["*"] } }),
      },
      ["the statement number 1 allows *"],
    ],
    ["role", { inlinePolicies: [allow("*", "*")] }, ["the statement Some allows *"]],
    ...["*:*", "**", "s3:**", "s3:?*", "*:GetObject", "S3*"].map(
      (action): [keyof typeof types, Props, string[]] => [
        "policy",
        allow(action, "arn:aws:s3:::acme"),
        [`the statement Some allows ${action}`],
      ],
    ),
    ...["**", "arn:*", "arn:aws:*", "arn:aws:s3:::*", "arn:aws:s3:::*/*", "arn:aws:s?:*:*:*"].map(
      (everything): [keyof typeof types, Props, string[]] => [
        "policy",
        allow("s3:GetObject", ["arn:aws:s3:::acme/*", everything]),
        ["the statement Some allows s3:GetObject on every resource"],
      ],
    ),
  ])("of a %s as %o are refused", (type, props, told) => {
    expect(check(types[type], props)).toEqual(told);
  });
});
