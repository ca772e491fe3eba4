import { expect, test } from "vitest";
import { checkConfig } from "../../../../rehearsal/providers/aws/provider-config.ts";
import { call, configuration } from "./session.ts";

const ask = async (token: string, args: Record<string, never> | object, config = {}) => {
  const { configured } = await configuration(config);
  return configured.functions[`aws:${token}`]?.(args as never, call);
};

test("a configuration without a region is refused, unless the environment has one", async () => {
  expect(checkConfig({}, {}).failures).toEqual([
    { property: "region", reason: "required, but missing; set it on the provider, or aws:region" },
  ]);
  expect(checkConfig({ region: "eu-west-1a" }, {}).failures).toHaveLength(1);
  expect(checkConfig({}, { AWS_DEFAULT_REGION: "eu-west-1" }).failures).toBeUndefined();
  await expect(configuration({ region: "" })).rejects.toThrow("aws:region: required");
});

test("the account is the one that is allowed", async () => {
  const config = { allowedAccountIds: '["210987654321"]' };
  expect(await ask("index/getCallerIdentity:getCallerIdentity", {}, config)).toMatchObject({
    accountId: "210987654321",
  });
  expect(await ask("index/getRegion:getRegion", {})).toMatchObject({ region: "eu-west-1" });
  expect(await ask("index/getPartition:getPartition", {})).toMatchObject({ partition: "aws" });
});

test("a password for ECR is another one each time, and belongs to the registry of the region", async () => {
  const token = "ecr/getAuthorizationToken:getAuthorizationToken";
  const [first, second] = [await ask(token, {}), await ask(token, {})];
  expect(first).toMatchObject({
    userName: "AWS",
    proxyEndpoint: "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com",
    authorizationToken: Buffer.from(`AWS:${first?.password}`).toString("base64"),
  });
  expect(first?.password).not.toBe(second?.password);
});

const newest = "64bit Amazon Linux 2023 v4.13.1 running Docker";
const docker = "^64bit Amazon Linux 2023 v4\\.\\d+\\.\\d+ running Docker$";

test.each<[args: object, found: string]>([
  [{ nameRegex: docker, mostRecent: true }, newest],
  [{ nameRegex: `^${newest}$` }, newest],
])("the platform for %j is %s", async (args, name) => {
  expect(await ask("elasticbeanstalk/getSolutionStack:getSolutionStack", args)).toMatchObject({
    name,
    id: name,
  });
});

test.each<[args: object, reason: string]>([
  [{ nameRegex: docker }, "set mostRecent"],
  [{ nameRegex: "Windows", mostRecent: true }, "your query returned no results"],
  [{ nameRegex: "(", mostRecent: true }, "is an invalid regular expression"],
])("there is no platform for %j", async (args, reason) => {
  await expect(ask("elasticbeanstalk/getSolutionStack:getSolutionStack", args)).rejects.toThrow(
    reason,
  );
});

test("the default network has three subnets, and one by its id is taken to exist", async () => {
  const vpc = await ask("ec2/getVpc:getVpc", { default: true });
  expect(vpc?.id).toMatch(/^vpc-[0-9a-f]{17}$/);
  const filters = [{ name: "vpc-id", values: [String(vpc?.id)] }];
  const subnets = await ask("ec2/getSubnets:getSubnets", { filters });
  expect(subnets?.ids).toHaveLength(3);
  expect((await ask("ec2/getSubnets:getSubnets", {}))?.ids).toEqual([]);
  expect(await ask("ec2/getVpc:getVpc", { id: "vpc-0a1b2c3d" })).toMatchObject({ default: false });
  await expect(ask("ec2/getVpc:getVpc", { id: "mine" })).rejects.toThrow("no matching EC2 VPC");
});

test("an environment is found by the tags that the service gives it", async () => {
  const { cloud, configured } = await configuration();
  const environment = { id: "e-1", account: "123456789012", region: "eu-west-1", tags: {} };
  cloud.put("aws/environment", "e-1", { ...environment, application: "app", name: "web" });
  cloud.put("aws/environment", "e-2", { ...environment, application: "app", name: "other" });
  const found = await configured.functions[
    "aws:resourcegroupstaggingapi/getResources:getResources"
  ]?.(
    {
      resourceTypeFilters: ["elasticbeanstalk:environment"],
      tagFilters: [{ key: "elasticbeanstalk:environment-name", values: ["web"] }],
    },
    call,
  );
  expect(found?.resourceTagMappingLists).toMatchObject([
    {
      resourceArn: "arn:aws:elasticbeanstalk:eu-west-1:123456789012:environment/app/web",
      tags: { "elasticbeanstalk:environment-id": "e-1" },
    },
  ]);
});
