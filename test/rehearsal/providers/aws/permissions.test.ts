import { expect, test } from "vitest";
import { allows, trusts } from "../../../../rehearsal/providers/aws/permissions.ts";
import { hubRepository } from "../../../../rehearsal/providers/aws/pull-permission.ts";
import type { Session } from "../../../../rehearsal/providers/aws/session.ts";
import type { Properties } from "../../../../rehearsal/providers/values.ts";
import { configuration } from "./session.ts";

const account = "123456789012";

/** A session whose role `web` has these statements and these policies of Amazon. */
async function roleWith(statements: Properties[], managed: string[] = []): Promise<Session> {
  const { cloud } = await configuration();
  const policy = JSON.stringify({ Statement: statements });
  cloud.put("aws/role-policy", `${account}/web/own`, { policy });
  for (const name of managed) {
    const policyArn = `arn:aws:iam::aws:policy/${name}`;
    cloud.put("aws/role-attachment", `${account}/web/${policyArn}`, { policyArn });
  }
  return { cloud, account } as Session;
}

const arn = "arn:aws:s3:::acme/logins/docker.json";
const allow = (Action: string | string[], Resource: string | string[]) => ({
  Effect: "Allow",
  Action,
  Resource,
});

test.each<[title: string, statements: Properties[], expected: boolean]>([
  ["nothing", [], false],
  ["the very action and resource", [allow("s3:GetObject", arn)], true],
  ["patterns", [allow(["s3:Get*"], ["arn:aws:s3:::acme/log?ns/*"])], true],
  ["another case", [allow("S3:getobject", arn)], true],
  ["another resource", [allow("s3:GetObject", "arn:aws:s3:::acme")], false],
  ["another action", [allow("s3:PutObject", arn)], false],
  ["a denial", [allow("*", "*"), { ...allow("s3:*", "*"), Effect: "Deny" }], false],
  [
    "a denial under a condition",
    [allow("*", "*"), { ...allow("s3:*", "*"), Effect: "Deny", Condition: {} }],
    true,
  ],
])("%s decides what a role may do", async (_title, statements, expected) => {
  expect(allows(await roleWith(statements), "web", "s3:GetObject", arn)).toBe(expected);
});

test("of Amazon's policies, the web tier reads only its own buckets, and reading ECR is a policy of its own", async () => {
  const tier = await roleWith([], ["AWSElasticBeanstalkWebTier"]);
  expect(allows(tier, "web", "s3:GetObject", arn)).toBe(false);
  expect(allows(tier, "web", "s3:GetObject", "arn:aws:s3:::elasticbeanstalk-eu-west-1-1/a")).toBe(
    true,
  );
  expect(allows(tier, "web", "ecr:BatchGetImage", "*")).toBe(false);
  const ecr = await roleWith([], ["AmazonEC2ContainerRegistryReadOnly"]);
  expect(allows(ecr, "web", "ecr:BatchGetImage", "*")).toBe(true);
  expect(allows(ecr, "other", "ecr:BatchGetImage", "*")).toBe(false);
});

test("a role trusts the services that may assume it", () => {
  const assumeRolePolicy = JSON.stringify({
    Statement: [
      { Effect: "Allow", Principal: { Service: ["ec2.amazonaws.com"] }, Action: "sts:AssumeRole" },
    ],
  });
  expect(trusts({ assumeRolePolicy }, "ec2.amazonaws.com")).toBe(true);
  expect(trusts({ assumeRolePolicy }, "elasticbeanstalk.amazonaws.com")).toBe(false);
});

test.each([
  ["web", "library/web"],
  ["web:1", "library/web"],
  ["acme/web@sha256:0", "acme/web"],
  ["docker.io/acme/web:1", "acme/web"],
  ["index.docker.io/web", "library/web"],
  ["ghcr.io/acme/web:1", undefined],
  ["localhost:5000/web", undefined],
])("%s is %s of Docker Hub", (image, repository) => {
  expect(hubRepository(image)).toBe(repository);
});
