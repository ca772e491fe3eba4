import { describe, expect, it } from "vitest";
import type { AwsGroundConfig } from "../../../infra/config/ground.ts";
import { deployPolicy } from "../../../infra/ground/aws-deploy-policy.ts";
import { previewPolicy } from "../../../infra/ground/aws-preview-policy.ts";
import type { Statement } from "../../../infra/ground/policy-document.ts";
import { trust } from "./claims.ts";
import { groundOf } from "./make-ground.ts";

const account = "123456789012";
const config: AwsGroundConfig = {
  account,
  region: "eu-west-1",
  application: "shop",
  applicationExists: false,
  versions: 200,
  repositories: ["web", "api"],
  keep: { images: 50 },
  zones: ["Z0123456789ABCDEFGHIJ"],
  protect: true,
};

const statementsOf = (policy: string) =>
  (JSON.parse(policy) as { Statement: Statement[] }).Statement;
const list = (value: string | readonly string[] | undefined) =>
  typeof value === "string" ? [value] : (value ?? []);

/** Every policy that ground sends to AWS, by the resource it stands in. */
async function policies(): Promise<[where: string, statements: Statement[]][]> {
  const { resources } = await groundOf({ aws: { ...config, trust } });
  return resources.flatMap(({ type, name, inputs }) =>
    [inputs.policy, inputs.assumeRolePolicy]
      .filter((text): text is string => typeof text === "string" && text.includes("Statement"))
      .map((text): [string, Statement[]] => [`${type} ${name}`, statementsOf(text)]),
  );
}

/** By https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html. */
const nameNoResource =
  /^(?:ecr:GetAuthorizationToken|tag:GetResources|elasticbeanstalk:CheckDNSAvailability|(?:autoscaling|ec2|elasticloadbalancing):Describe\w+)$/;

/** Ids that AWS gives, which nobody knows before. */
const knownByIdOnly =
  /^arn:aws:ec2:eu-west-1:(?:123456789012)?:(?:elastic-ip|image|instance|launch-template|network-interface|security-group|subnet|volume|vpc)\/\*$/;

describe("the policies that ground makes on AWS", () => {
  it("are these", async () => {
    expect((await policies()).map(([where]) => where)).toEqual([
      "aws:iam/role:Role slipway-deploy",
      "aws:iam/role:Role slipway-preview",
      "aws:iam/role:Role versions",
      "aws:iam/rolePolicy:RolePolicy slipway-deploy",
      "aws:iam/rolePolicy:RolePolicy slipway-preview",
      "aws:iam/rolePolicy:RolePolicy versions",
      "aws:s3/bucketPolicy:BucketPolicy bundles",
    ]);
  });

  it("name actions one by one, but where everything is denied", async () => {
    const wide = (await policies()).flatMap(([where, statements]) =>
      statements
        .filter(({ Action }) => list(Action).some((action) => action.includes("*")))
        .map(({ Sid, Effect }) => [where, Sid, Effect]),
    );
    expect(wide).toEqual([["aws:s3/bucketPolicy:BucketPolicy bundles", "TlsOnly", "Deny"]]);
  });

  it("name resources, but for actions that take none", async () => {
    const wide = (await policies()).flatMap(([where, statements]) =>
      statements
        .filter(({ Effect, Resource }) => Effect === "Allow" && list(Resource).includes("*"))
        .flatMap(({ Action }) => list(Action).filter((action) => !nameNoResource.test(action)))
        .map((action) => [where, action]),
    );
    expect(wide).toEqual([]);
  });

  it("name resources of this account and of one kind, by all of the name that is known", async () => {
    const resources = (await policies()).flatMap(([, statements]) =>
      statements
        .filter(({ Effect }) => Effect === "Allow")
        .flatMap(({ Resource }) => list(Resource))
        .filter((arn) => arn.includes("*") && arn !== "*" && !knownByIdOnly.test(arn)),
    );
    expect([...new Set(resources)].toSorted()).toEqual([
      `arn:aws:autoscaling:eu-west-1:${account}:autoScalingGroup:*:autoScalingGroupName/awseb-*`,
      `arn:aws:cloudformation:eu-west-1:${account}:stack/awseb-*`,
      `arn:aws:cloudwatch:eu-west-1:${account}:alarm:awseb-*`,
      `arn:aws:cloudwatch:eu-west-1:${account}:alarm:slipway-*`,
      `arn:aws:elasticbeanstalk:eu-west-1:${account}:applicationversion/shop/*`,
      `arn:aws:elasticbeanstalk:eu-west-1:${account}:environment/shop/*`,
      "arn:aws:elasticbeanstalk:eu-west-1::solutionstack/*",
      `arn:aws:elasticloadbalancing:eu-west-1:${account}:listener-rule/app/awseb-*`,
      `arn:aws:elasticloadbalancing:eu-west-1:${account}:listener/app/awseb-*`,
      `arn:aws:elasticloadbalancing:eu-west-1:${account}:loadbalancer/app/awseb-*`,
      `arn:aws:elasticloadbalancing:eu-west-1:${account}:targetgroup/awseb-*`,
      `arn:aws:iam::${account}:instance-profile/slipway/*`,
      `arn:aws:iam::${account}:role/aws-service-role/*`,
      `arn:aws:iam::${account}:role/slipway/*`,
      `arn:aws:logs:eu-west-1:${account}:log-group:/aws/elasticbeanstalk/*`,
      "arn:aws:route53:::change/*",
      `arn:aws:s3:::elasticbeanstalk-eu-west-1-${account}/*`,
      `arn:aws:s3:::slipway-bundles-${account}-eu-west-1/*`,
      `arn:aws:secretsmanager:eu-west-1:${account}:secret:slipway/*`,
    ]);
  });

  it("open nothing to everybody", async () => {
    const open = (await policies()).flatMap(([where, statements]) =>
      statements
        .filter(({ Effect, Principal }) => Effect === "Allow" && Principal === "*")
        .map(({ Sid }) => [where, Sid]),
    );
    expect(open).toEqual([]);
  });
});

describe("what a preview may do", () => {
  it("is to read, and neither secrets nor bundles", () => {
    const actions = statementsOf(previewPolicy(config)).flatMap(({ Action }) => list(Action));
    expect(actions.filter((action) => !/:(?:Get|List|Describe|Batch)/.test(action))).toEqual([]);
    expect(actions.filter((action) => /^(?:s3|secretsmanager|kms|ssm):/.test(action))).toEqual([]);
  });

  it("is less where ground has less", () => {
    const { application: _, ...without } = { ...config, repositories: [], zones: [] };
    expect(statementsOf(previewPolicy(without)).map(({ Sid }) => Sid)).toEqual(["Anywhere"]);
    expect(statementsOf(deployPolicy(without))).toEqual(statementsOf(previewPolicy(without)));
  });
});

describe("what a delivery may do", () => {
  const statements = statementsOf(deployPolicy(config));
  const allowing = (action: string) =>
    statements.filter(({ Action }) => list(Action).includes(action));

  it("is to pass only the roles that releases make, to what they are made for", () => {
    expect(allowing("iam:PassRole")).toEqual([
      {
        Sid: "Pass",
        Effect: "Allow",
        Action: ["iam:PassRole"],
        Resource: `arn:aws:iam::${account}:role/slipway/*`,
        Condition: {
          StringEquals: {
            "iam:PassedToService": ["ec2.amazonaws.com", "elasticbeanstalk.amazonaws.com"],
          },
        },
      },
    ]);
  });

  it("is to change no role of ground's own", () => {
    const changed = statements
      .filter(({ Action }) => list(Action).some((action) => /^iam:(?!Get|List)/.test(action)))
      .flatMap(({ Resource }) => list(Resource));
    const own = ["slipway-deploy", "slipway-preview", "slipway-versions"];
    const patterns = changed.map((arn) => arn.replace("*", ""));
    expect(
      own.filter((name) =>
        patterns.some((prefix) => `arn:aws:iam::${account}:role/${name}`.startsWith(prefix)),
      ),
    ).toEqual([]);
  });

  it("is to attach only the policies that Beanstalk's roles need", () => {
    expect(allowing("iam:AttachRolePolicy").map(({ Condition }) => Condition)).toEqual([
      {
        ArnEquals: {
          "iam:PolicyARN": [
            "arn:aws:iam::aws:policy/AWSElasticBeanstalkWebTier",
            "arn:aws:iam::aws:policy/AWSElasticBeanstalkManagedUpdatesCustomerRolePolicy",
            "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly",
            "arn:aws:iam::aws:policy/service-role/AWSElasticBeanstalkEnhancedHealth",
          ],
        },
      },
    ]);
  });

  it("is said within what AWS takes, or refused", () => {
    expect(deployPolicy(config).length).toBeLessThanOrEqual(10_240);
    const repositories = Array.from({ length: 60 }, (_, at) => `some/long/name-${at}`);
    expect(() => deployPolicy({ ...config, repositories })).toThrow(
      /^slipway:ground\.aws: what the deploying role may do takes \d+ characters, and AWS takes 10240; name fewer repositories and zones$/,
    );
  });

  it.each([
    ["cn-north-1", "aws-cn"],
    ["us-gov-west-1", "aws-us-gov"],
  ])("is in %s named in its own partition", (region, partition) => {
    const arns = statementsOf(deployPolicy({ ...config, region })).flatMap(({ Resource }) =>
      list(Resource),
    );
    expect(arns.filter((arn) => arn !== "*" && !arn.startsWith(`arn:${partition}:`))).toEqual([]);
  });
});
