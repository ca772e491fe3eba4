import { LifecyclePolicy } from "@pulumi/aws/ecr/lifecyclePolicy.js";
import { Repository } from "@pulumi/aws/ecr/repository.js";
import { Application } from "@pulumi/aws/elasticbeanstalk/application.js";
import { ApplicationVersion } from "@pulumi/aws/elasticbeanstalk/applicationVersion.js";
import { Environment, type EnvironmentArgs } from "@pulumi/aws/elasticbeanstalk/environment.js";
import { InstanceProfile } from "@pulumi/aws/iam/instanceProfile.js";
import { OpenIdConnectProvider } from "@pulumi/aws/iam/openIdConnectProvider.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import { Provider } from "@pulumi/aws/provider.js";
import { Record as DnsRecord } from "@pulumi/aws/route53/record.js";
import { Bucket } from "@pulumi/aws/s3/bucket.js";
import { BucketObjectv2 } from "@pulumi/aws/s3/bucketObjectv2.js";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy.js";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock.js";
import { Secret } from "@pulumi/aws/secretsmanager/secret.js";
import { SecretVersion } from "@pulumi/aws/secretsmanager/secretVersion.js";
import type { CustomResourceOptions } from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, test } from "vitest";
import { dockerrun, type Options, settingsOf, stackName, trust } from "./beanstalk.ts";
import { account, type RehearsedCloud, region, rehearsedCloud } from "./rehearsed-cloud.ts";

// What AWS would refuse, through a real `pulumi up`: one run in which every resource of a table fails.

let at: RehearsedCloud;

beforeEach(async () => {
  at = await rehearsedCloud({ patience: 1 });
});
afterEach(() => at?.dispose());

/** What the resources of a table lean on. */
function ground() {
  const bucket = new Bucket("bundles", { bucket: "acme-bundles" });
  const application = new Application("app", { name: "app" });
  const role = new Role("role", { name: "role", assumeRolePolicy: trust("ec2.amazonaws.com") });
  const profile = new InstanceProfile("profile", { name: "profile", role: role.name });
  const opts: CustomResourceOptions = { dependsOn: [bucket, application, role, profile] };
  return { bucket, opts };
}

type Ground = ReturnType<typeof ground>;
type Row = readonly [name: string, error: string, make: (name: string, ground: Ground) => void];

async function refusals(rows: readonly Row[], more: (ground: Ground) => void = () => {}) {
  const { errors } = await at.up(
    async () => {
      const there = ground();
      more(there);
      for (const [name, , make] of rows) make(name, there);
    },
    { continueOnError: true },
  );
  const found = rows.map(([name, error]) =>
    errors[name]?.includes(error) ? [name, error] : [name, errors[name] ?? "was not refused"],
  );
  expect(found).toEqual(rows.map(([name, error]) => [name, error]));
}

const env =
  (options: Options, more: Partial<EnvironmentArgs> = {}) =>
  (name: string, { opts }: Ground) =>
    void new Environment(
      name,
      {
        name,
        application: "app",
        solutionStackName: stackName,
        settings: settingsOf({
          "autoscaling:launchconfiguration": { IamInstanceProfile: "profile" },
          ...options,
        }),
        ...more,
      },
      opts,
    );

test("records are refused as AWS refuses them", async () => {
  await refusals(
    [
      [
        "role-taken",
        "EntityAlreadyExists: there is a role role already",
        (name, { opts }) =>
          void new Role(name, { name: "role", assumeRolePolicy: trust("ec2.amazonaws.com") }, opts),
      ],
      [
        "policy-of-nobody",
        "NoSuchEntity: there is no role nobody",
        (name) => void new RolePolicy(name, { role: "nobody", policy: trust("x") }),
      ],
      [
        "attachment-unknown",
        "does not exist or is not attachable",
        (name, { opts }) =>
          void new RolePolicyAttachment(
            name,
            { role: "role", policyArn: "arn:aws:iam::aws:policy/NoSuchPolicy" },
            opts,
          ),
      ],
      [
        "profile-taken",
        "EntityAlreadyExists: there is an instance profile profile",
        (name, { opts }) => void new InstanceProfile(name, { name: "profile" }, opts),
      ],
      [
        "profile-of-nobody",
        "NoSuchEntity: there is no role nobody",
        (name) => void new InstanceProfile(name, { role: "nobody" }),
      ],
      [
        "bucket-taken",
        "BucketAlreadyExists: there is a bucket acme-bundles already",
        (name, { opts }) => void new Bucket(name, { bucket: "acme-bundles" }, opts),
      ],
      [
        "object-nowhere",
        "NoSuchBucket: there is no bucket nowhere",
        (name) => void new BucketObjectv2(name, { bucket: "nowhere", content: "x" }),
      ],
      [
        "object-elsewhere",
        "PermanentRedirect: bucket acme-bundles is in eu-west-1, not in us-east-1",
        (name, { opts }) =>
          void new BucketObjectv2(
            name,
            { bucket: "acme-bundles", region: "us-east-1", content: "x" },
            opts,
          ),
      ],
      [
        "policy-public",
        "AccessDenied: bucket acme-private blocks public policies",
        (name, { opts }) => {
          const own = new Bucket("private", { bucket: "acme-private" }, opts);
          const block = new BucketPublicAccessBlock("private", {
            bucket: own.bucket,
            blockPublicPolicy: true,
          });
          const policy = {
            Statement: [
              {
                Effect: "Allow",
                Principal: "*",
                Action: "s3:GetObject",
                Resource: "arn:aws:s3:::acme-private/*",
              },
            ],
          };
          new BucketPolicy(
            name,
            { bucket: own.bucket, policy: JSON.stringify(policy) },
            { dependsOn: block },
          );
        },
      ],
      [
        "repository-taken",
        "RepositoryAlreadyExistsException: there is a repository web in eu-west-1",
        (name) => {
          const first = new Repository("first", { name: "web" });
          new Repository(name, { name: "web" }, { dependsOn: first });
        },
      ],
      [
        "lifecycle-of-nothing",
        "RepositoryNotFoundException: there is no repository nothing",
        (name) => void new LifecyclePolicy(name, { repository: "nothing", policy: "{}" }),
      ],
      [
        "lifecycle-wrong",
        "Invalid parameter at 'LifecyclePolicyText': rule 1: tagged images",
        (name) => {
          const repository = new Repository("kept", { name: "kept" });
          const rule = {
            rulePriority: 1,
            selection: { tagStatus: "tagged", countType: "imageCountMoreThan", countNumber: 1 },
            action: { type: "expire" },
          };
          new LifecyclePolicy(name, {
            repository: repository.name,
            policy: JSON.stringify({ rules: [rule] }),
          });
        },
      ],
      [
        "secret-taken",
        "ResourceExistsException: there is a secret token already",
        (name) => {
          const first = new Secret("token", { name: "token" });
          new Secret(name, { name: "token" }, { dependsOn: first });
        },
      ],
      [
        "secret-pending",
        "is scheduled for deletion until 2999",
        (name) => void new Secret(name, { name: "gone" }),
      ],
      [
        "version-of-nothing",
        "ResourceNotFoundException: there is no secret",
        (name) => void new SecretVersion(name, { secretId: "nothing", secretString: "x" }),
      ],
      [
        "record-taken",
        "InvalidChangeBatch: there is a record web.acme.example",
        (name) => {
          const args = {
            zoneId: "Z1D633PJN98FT9",
            name: "web.acme.example",
            type: "CNAME",
            ttl: 60,
            records: ["a.example"],
          };
          const first = new DnsRecord("first", args);
          new DnsRecord(name, args, { dependsOn: first });
        },
      ],
      [
        "oidc-taken",
        "EntityAlreadyExists: there is a provider for https://token.example",
        (name) => {
          const args = { url: "https://token.example", clientIdLists: ["sts.amazonaws.com"] };
          const first = new OpenIdConnectProvider("first", args);
          new OpenIdConnectProvider(name, args, { dependsOn: first });
        },
      ],
      [
        "application-taken",
        "Application app already exists",
        (name, { opts }) => void new Application(name, { name: "app" }, opts),
      ],
      [
        "application-role",
        "there is no role arn:aws:iam::123456789012:role/nobody",
        (name) =>
          void new Application(name, {
            appversionLifecycle: {
              serviceRole: `arn:aws:iam::${account}:role/nobody`,
              maxCount: 5,
            },
          }),
      ],
      [
        "label-without-app",
        "No Application named 'nothing' found",
        (name) =>
          void new ApplicationVersion(name, { application: "nothing", bucket: "b", key: "k" }),
      ],
      [
        "label-without-bundle",
        "Unable to download from S3 location (Bucket: acme-bundles Key: none): Not Found",
        (name, { opts }) =>
          void new ApplicationVersion(
            name,
            { application: "app", bucket: "acme-bundles", key: "none" },
            opts,
          ),
      ],
      [
        "label-elsewhere",
        "the bucket is in us-east-1; keep the bundle in a bucket in eu-west-1",
        (name, { opts }) => {
          const far = new Bucket("far", { bucket: "acme-far", region: "us-east-1" });
          new ApplicationVersion(name, { application: "app", bucket: far.bucket, key: "k" }, opts);
        },
      ],
      [
        "label-twice",
        "Application Version one already exists",
        (name, { bucket, opts }) => {
          const object = new BucketObjectv2("bundle", {
            bucket: bucket.bucket,
            key: "k",
            content: "{}",
          });
          const args = { name: "one", application: "app", bucket: bucket.bucket, key: object.key };
          const first = new ApplicationVersion("first", args, opts);
          new ApplicationVersion(name, args, { dependsOn: first });
        },
      ],
    ],
    () =>
      at.cloud.put("aws/secret-pending", `${account}/${region}/gone`, {
        until: "2999-01-01T00:00:00.000Z",
      }),
  );
});

test("environments are refused before they exist", async () => {
  await refusals([
    [
      "app-unknown",
      "No Application named 'nothing' found in eu-west-1",
      env({}, { application: "nothing" }),
    ],
    [
      "version-unknown",
      "No Application Version named 'nothing' found in app",
      env({}, { version: "nothing" }),
    ],
    [
      "stack-unknown",
      "No Solution Stack named 'Windows' found",
      env({}, { solutionStackName: "Windows" }),
    ],
    [
      "template-unknown",
      "No Configuration Template named 'mine' found",
      (name, { opts }) =>
        void new Environment(name, { name, application: "app", templateName: "mine" }, opts),
    ],
    [
      "option-unknown",
      "there is no option MinimumSize in the namespace aws:autoscaling:asg",
      env({ "autoscaling:asg": { MinimumSize: "1" } }),
    ],
    [
      "namespace-unknown",
      "there is no option a in the namespace aws:nothing",
      env({ nothing: { a: "1" } }),
    ],
    [
      "value-wrong",
      'aws:elasticbeanstalk:command, DeploymentPolicy is "Slow"',
      env({ "elasticbeanstalk:command": { DeploymentPolicy: "Slow" } }),
    ],
    [
      "range-wrong",
      'aws:autoscaling:asg, MaxSize is "10001"',
      env({ "autoscaling:asg": { MaxSize: "10001" } }),
    ],
    [
      "min-over-max",
      "MinSize 5 is more than MaxSize 4",
      env({ "autoscaling:asg": { MinSize: "5" } }),
    ],
    [
      "blank-in-list",
      "aws:ec2:instances, InstanceTypes is",
      env({ "ec2:instances": { InstanceTypes: "t3.small, t3.large" } }),
    ],
    [
      "two-architectures",
      "use types of one architecture",
      env({ "ec2:instances": { InstanceTypes: "t3.small,t4g.small" } }),
    ],
    [
      "retention-wrong",
      'RetentionInDays is "8"',
      env({ "elasticbeanstalk:cloudwatch:logs": { RetentionInDays: "8" } }),
    ],
    [
      "managed-incomplete",
      "ManagedActionsEnabled needs PreferredStartTime",
      env({ "elasticbeanstalk:managedactions": { ManagedActionsEnabled: "true" } }),
    ],
    [
      "https-bare",
      "Protocol HTTPS needs SSLCertificateArns",
      env({ "elbv2:listener:443": { Protocol: "HTTPS" } }),
    ],
    [
      "secret-no-arn",
      "TOKEN is no ARN of a secret",
      env({ "elasticbeanstalk:application:environmentsecrets": { TOKEN: "my-secret" } }),
    ],
    [
      "variable-name",
      "A B is no name of a variable",
      env({ "elasticbeanstalk:application:environment": { "A B": "1" } }),
    ],
    [
      "variable-long",
      "LONG has a value of 257 characters",
      env({ "elasticbeanstalk:application:environment": { LONG: "x".repeat(257) } }),
    ],
    [
      "tag-reserved",
      "the tag Name belongs to Elastic Beanstalk",
      env({}, { tags: { Name: "web" } }),
    ],
    [
      "name-taken",
      "Environment taken already exists in eu-west-1",
      (name, { opts }) => {
        const args = { name: "taken", application: "app", solutionStackName: stackName };
        const first = new Environment("taken", { ...args, cnamePrefix: "taken" }, opts);
        new Environment(name, args, { dependsOn: first });
        new Environment(
          "cname-taken",
          { ...args, name: "other", cnamePrefix: "Taken" },
          { dependsOn: first },
        );
      },
    ],
    ["cname-taken", "DNS name (taken.eu-west-1.elasticbeanstalk.com) is not available", () => {}],
  ]);
});

test("environments exist and are red, with the reason, when their version cannot run", async () => {
  const bundles: Readonly<Record<string, string>> = {
    good: dockerrun({ label: "good", image: "acme/none:1" }),
    ecr: dockerrun({ label: "ecr", image: `${account}.dkr.ecr.${region}.amazonaws.com/pulled:1` }),
    private: dockerrun({ label: "private", image: "docker.io/acme/secret:1" }),
    text: "hello",
    version2: '{"AWSEBDockerrunVersion": 2}',
    portless: '{"AWSEBDockerrunVersion": "1", "Image": {"Name": "web"}}',
    dockerfile: "FROM python:3.12-slim\n",
  };
  const runs =
    (label: string, options: Options = {}) =>
    (name: string, { opts }: Ground) =>
      env(options, { version: label })(name, {
        opts: { ...opts, dependsOn: versions },
      } as unknown as Ground);
  const profileOf = (IamInstanceProfile: string): Options => ({
    "autoscaling:launchconfiguration": { IamInstanceProfile },
  });
  let versions: ApplicationVersion[] = [];
  at.cloud.put("hub/private", "acme/secret", {});
  const secretArn = `arn:aws:secretsmanager:${region}:${account}:secret:token-abcdef`;
  const rows: Row[] = [
    [
      "profile-none",
      "the environment has no instance profile",
      runs("good", { "autoscaling:launchconfiguration": {} }),
    ],
    [
      "profile-unknown",
      "the instance profile nobody does not exist",
      runs("good", profileOf("nobody")),
    ],
    ["profile-empty", "the instance profile empty has no role", runs("good", profileOf("empty"))],
    ["profile-trust", "does not trust ec2.amazonaws.com", runs("good", profileOf("service"))],
    [
      "service-role",
      "the service role role does not trust elasticbeanstalk.amazonaws.com",
      runs("good", { "elasticbeanstalk:environment": { ServiceRole: "role" } }),
    ],
    ["no-root-file", "no Docker-related configuration files were found at the root", runs("text")],
    ["dockerrun-2", "AWSEBDockerrunVersion is 2, which is for the platform ECS", runs("version2")],
    ["no-ports", "it has no Ports, which an Image needs", runs("portless")],
    [
      "dockerfile",
      "the bundle has a Dockerfile, which a rehearsal does not build",
      runs("dockerfile"),
    ],
    ["unpullable", "acme/none:1: cannot be pulled", runs("good")],
    [
      "ecr-denied",
      "the role role of the instances is not allowed ecr:GetAuthorizationToken",
      runs("ecr"),
    ],
    ["hub-private", "pull access denied: the repository is private", runs("private")],
    [
      "secret-denied",
      "the role role of the instances is not allowed secretsmanager:GetSecretValue",
      runs("good", { "elasticbeanstalk:application:environmentsecrets": { TOKEN: secretArn } }),
    ],
  ];
  await refusals(rows, ({ bucket, opts }) => {
    new Repository("pulled", { name: "pulled" });
    const service = new Role("service", {
      assumeRolePolicy: trust("elasticbeanstalk.amazonaws.com"),
    });
    const empty = new InstanceProfile("empty", { name: "empty" });
    const wrong = new InstanceProfile("service", { name: "service", role: service.name });
    versions = Object.entries(bundles).map(([label, content]) => {
      const object = new BucketObjectv2(label, { bucket: bucket.bucket, key: label, content });
      return new ApplicationVersion(
        label,
        { name: label, application: "app", bucket: bucket.bucket, key: object.key },
        { dependsOn: [object, empty, wrong, ...[opts.dependsOn ?? []].flat()] as never },
      );
    });
  });
  expect(await at.running()).toEqual([]);
  expect(at.state("unpullable")).toMatchObject({ id: expect.stringMatching(/^e-[a-z0-9]{10}$/) });
});

test.each<[title: string, error: string, make: (name: string) => void]>([
  [
    "a region that is none",
    "property region value {nowhere} has a problem",
    (name) => {
      new Application(name, {}, { provider: new Provider("nowhere", { region: "nowhere" }) });
    },
  ],
  [
    "a tier that is none",
    'tier value {Batch} has a problem: is "Batch"; use one of WebServer, Worker',
    (name) => inEnvironment(name, { tier: "Batch" }),
  ],
  [
    "two platforms",
    "conflicts with templateName; give one of them",
    (name) => inEnvironment(name, { templateName: "mine" }),
  ],
  [
    "an object where a document belongs",
    "contains an invalid JSON document",
    (name) => {
      new Role(name, { assumeRolePolicy: "{" });
    },
  ],
  [
    "a name that grows too long",
    "makes a name of more than 40 characters",
    () => {
      new Environment("a-name-of-thirty-and-more-characters", { application: "app" });
    },
  ],
])("%s is refused before anything is made", async (_title, error, make) => {
  const { errors, succeeded } = await at.up(async () => make("web-test"));
  expect(Object.values(errors).join("\n")).toContain(error);
  expect(succeeded).toBe(false);
  expect(at.cloud.list("aws/environment")).toEqual([]);
});

function inEnvironment(name: string, more: Partial<EnvironmentArgs>): void {
  new Environment(name, { name, application: "app", solutionStackName: stackName, ...more });
}
