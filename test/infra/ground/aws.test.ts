import { describe, expect, it } from "vitest";
import { deployPolicy } from "../../../infra/ground/aws-deploy-policy.ts";
import { previewPolicy } from "../../../infra/ground/aws-preview-policy.ts";
import { ecrCleanUp } from "../../../infra/ground/clean-up.ts";
import { urnOf } from "../mock-engine.ts";
import { ids, trust } from "./claims.ts";
import { groundOf, named } from "./make-ground.ts";

const account = "123456789012";
const aws = { account, region: "eu-west-1" };
const groundUrn = urnOf("slipway:ground:Aws", "aws");
const trustUrn = urnOf("slipway:ground:Aws$slipway:ground:AwsTrust", "aws");
const bucketUrn = urnOf("slipway:ground:Aws$slipway:ground:BundleBucket", "bundles");
const bucket = `slipway-bundles-${account}-eu-west-1`;

const child = (type: string, name: string, parent: string, inputs: object) => ({
  type,
  name,
  parent,
  provider: urnOf("pulumi:providers:aws", `aws-${account}-eu-west-1`),
  inputs,
  options: {},
});
/** One that a destroy of ground refuses to take along, unless nothing is protected. */
const guarded = (made: ReturnType<typeof child>, isFree = false) => ({
  ...made,
  options: isFree ? {} : { protect: true },
});
const component = (type: string, name: string, parent = "") => ({
  type,
  name,
  parent,
  provider: "",
  inputs: {},
  options: {},
});
const policy = (...statements: object[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: statements });

const repository = (name: string, forceDelete = false) => ({
  life: child("aws:ecr/lifecyclePolicy:LifecyclePolicy", name, groundUrn, {
    repository: name,
    policy: ecrCleanUp({ images: 50 }),
  }),
  itself: guarded(
    child("aws:ecr/repository:Repository", name, groundUrn, {
      name,
      imageTagMutability: "MUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfigurations: [{ encryptionType: "AES256" }],
      forceDelete,
    }),
    forceDelete,
  ),
});

const application = (name: string, maxCount: number, isFree = false) => [
  guarded(
    child("aws:elasticbeanstalk/application:Application", "application", groundUrn, {
      name,
      appversionLifecycle: {
        serviceRole: `arn:aws:iam::${account}:role/slipway-versions`,
        maxCount,
        deleteSourceFromS3: false,
      },
    }),
    isFree,
  ),
];

const versionsRole = child("aws:iam/role:Role", "versions", groundUrn, {
  name: "slipway-versions",
  description: "Removes old versions of Beanstalk applications",
  assumeRolePolicy: policy({
    Sid: "Service",
    Effect: "Allow",
    Principal: { Service: "elasticbeanstalk.amazonaws.com" },
    Action: "sts:AssumeRole",
  }),
});

const versionsPolicy = child("aws:iam/rolePolicy:RolePolicy", "versions", groundUrn, {
  name: "remove-old",
  role: "slipway-versions",
  policy: policy({
    Sid: "Versions",
    Effect: "Allow",
    Action: [
      "elasticbeanstalk:DeleteApplicationVersion",
      "elasticbeanstalk:DescribeApplicationVersions",
      "elasticbeanstalk:DescribeEnvironments",
    ],
    Resource: [
      `arn:aws:elasticbeanstalk:eu-west-1:${account}:application/shop`,
      `arn:aws:elasticbeanstalk:eu-west-1:${account}:applicationversion/shop/*`,
      `arn:aws:elasticbeanstalk:eu-west-1:${account}:environment/shop/*`,
    ],
  }),
});

const bundles = (forceDestroy = false) => [
  guarded(
    child("aws:s3/bucket:Bucket", "bundles", bucketUrn, { bucket, forceDestroy }),
    forceDestroy,
  ),
  child("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", "bundles", bucketUrn, {
    bucket,
    rules: [
      {
        id: "old-versions",
        status: "Enabled",
        filter: {},
        expiration: { expiredObjectDeleteMarker: true },
        noncurrentVersionExpiration: { noncurrentDays: 90 },
        abortIncompleteMultipartUpload: { daysAfterInitiation: 1 },
      },
    ],
  }),
  child("aws:s3/bucketPolicy:BucketPolicy", "bundles", bucketUrn, {
    bucket,
    policy: policy({
      Sid: "TlsOnly",
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    }),
  }),
  child("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "bundles", bucketUrn, {
    bucket,
    blockPublicAcls: true,
    blockPublicPolicy: true,
    ignorePublicAcls: true,
    restrictPublicBuckets: true,
  }),
  child(
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "bundles",
    bucketUrn,
    { bucket, rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } }] },
  ),
  child("aws:s3/bucketVersioning:BucketVersioning", "bundles", bucketUrn, {
    bucket,
    versioningConfiguration: { status: "Enabled" },
  }),
];

const bitbucketHost = "api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc";
const bitbucketAudience = `ari:cloud:bitbucket::workspace/${ids.workspace}`;
const githubHost = "token.actions.githubusercontent.com";

const assumed = (Sid: string, host: string, Condition: object) => ({
  Sid,
  Effect: "Allow",
  Principal: { Federated: `arn:aws:iam::${account}:oidc-provider/${host}` },
  Action: "sts:AssumeRoleWithWebIdentity",
  Condition,
});

const mayDeploy = policy(
  assumed("bitbucket", bitbucketHost, {
    StringEquals: { [`${bitbucketHost}:aud`]: bitbucketAudience },
    StringLike: { [`${bitbucketHost}:sub`]: [`{${ids.repository}}:{${ids.production}}:*`] },
  }),
  assumed("github", githubHost, {
    StringEquals: {
      [`${githubHost}:aud`]: "sts.amazonaws.com",
      [`${githubHost}:repository_id`]: "4711",
      [`${githubHost}:ref`]: "refs/heads/main",
      [`${githubHost}:sub`]: [
        "repo:acme/shop:environment:production",
        "repo:acme@77/shop@4711:environment:production",
      ],
    },
  }),
);

const mayPreview = policy(
  assumed("bitbucket", bitbucketHost, {
    StringEquals: { [`${bitbucketHost}:aud`]: bitbucketAudience },
    StringLike: { [`${bitbucketHost}:sub`]: `{${ids.repository}}:*` },
  }),
  assumed("github", githubHost, {
    StringEquals: {
      [`${githubHost}:aud`]: "sts.amazonaws.com",
      [`${githubHost}:repository_id`]: "4711",
    },
    StringLike: {
      [`${githubHost}:sub`]: [
        "repo:acme/shop:ref:refs/heads/*",
        "repo:acme@77/shop@4711:ref:refs/heads/*",
      ],
    },
  }),
);

describe("an AWS ground", () => {
  it("is nothing where nothing is asked for", async () => {
    const { resources, outputs } = await groundOf({ aws });
    expect(resources).toEqual([component("slipway:ground:Aws", "aws")]);
    expect(outputs).toEqual({ aws: { ...aws, repositories: [] } });
  });

  it("has repositories that clean up, an application that does, and a closed bucket", async () => {
    const config = { ...aws, application: "shop", repositories: ["web", "team/api"] };
    const { resources, outputs, dependencies } = await groundOf({ aws: config });
    const [api, web] = [repository("team/api"), repository("web")];
    expect(resources).toEqual([
      api.life,
      web.life,
      api.itself,
      web.itself,
      ...application("shop", 200),
      versionsRole,
      versionsPolicy,
      ...bundles(),
      component("slipway:ground:Aws", "aws"),
      component("slipway:ground:BundleBucket", "bundles", groundUrn),
    ]);
    expect(dependencies["aws:elasticbeanstalk/application:Application application"]).toEqual([
      urnOf("slipway:ground:Aws$aws:iam/rolePolicy:RolePolicy", "versions"),
      urnOf("slipway:ground:Aws$aws:iam/role:Role", "versions"),
    ]);
    expect(outputs).toEqual({
      aws: {
        ...aws,
        application: "shop",
        bucket,
        repositories: [
          `${account}.dkr.ecr.eu-west-1.amazonaws.com/web`,
          `${account}.dkr.ecr.eu-west-1.amazonaws.com/team/api`,
        ],
      },
    });
  });

  it("makes no application that exists", async () => {
    const config = { ...aws, application: "shop", applicationExists: true };
    const { resources, outputs } = await groundOf({ aws: config });
    expect(resources).toEqual([
      ...bundles(),
      component("slipway:ground:Aws", "aws"),
      component("slipway:ground:BundleBucket", "bundles", groundUrn),
    ]);
    expect(outputs).toEqual({ aws: { ...aws, application: "shop", bucket, repositories: [] } });
  });

  it("takes images and bundles along where they are not protected", async () => {
    const config = { ...aws, application: "shop", repositories: ["web"], protect: false };
    const { resources } = await groundOf({ aws: { ...config, versions: 10 } });
    const web = repository("web", true);
    expect(resources).toEqual([
      web.life,
      web.itself,
      ...application("shop", 10, true),
      versionsRole,
      versionsPolicy,
      ...bundles(true),
      component("slipway:ground:Aws", "aws"),
      component("slipway:ground:BundleBucket", "bundles", groundUrn),
    ]);
  });
});

describe("trust on AWS", () => {
  const config = {
    ...aws,
    application: "shop",
    applicationExists: true,
    versions: 200,
    repositories: ["web"],
    keep: { images: 50 },
    zones: ["Z0123456789ABCDEFGHIJ"],
    protect: true,
  };

  it("is two roles, and who may take which", async () => {
    const { resources, outputs } = await groundOf({ aws: { ...config, trust } });
    const web = repository("web");
    const provider = (name: string, host: string, audience: string) =>
      child("aws:iam/openIdConnectProvider:OpenIdConnectProvider", name, trustUrn, {
        url: `https://${host}`,
        clientIdLists: [audience],
      });
    const role = (name: string, description: string, assumeRolePolicy: string) =>
      child("aws:iam/role:Role", name, trustUrn, { name, description, assumeRolePolicy });
    const rolePolicy = (access: string, text: string) =>
      child("aws:iam/rolePolicy:RolePolicy", `slipway-${access}`, trustUrn, {
        name: access,
        role: `slipway-${access}`,
        policy: text,
      });
    expect(resources).toEqual([
      web.life,
      web.itself,
      provider("bitbucket", bitbucketHost, bitbucketAudience),
      provider("github", githubHost, "sts.amazonaws.com"),
      role("slipway-deploy", "Deliveries of pipelines", mayDeploy),
      role("slipway-preview", "Previews of pipelines, read only", mayPreview),
      rolePolicy("deploy", deployPolicy(config)),
      rolePolicy("preview", previewPolicy(config)),
      ...bundles(),
      component("slipway:ground:Aws", "aws"),
      component("slipway:ground:AwsTrust", "aws", groundUrn),
      component("slipway:ground:BundleBucket", "bundles", groundUrn),
    ]);
    expect(outputs).toEqual({
      aws: {
        ...aws,
        application: "shop",
        bucket,
        repositories: [`${account}.dkr.ecr.eu-west-1.amazonaws.com/web`],
        trust: {
          previewRole: `arn:aws:iam::${account}:role/slipway-preview`,
          deployRole: `arn:aws:iam::${account}:role/slipway-deploy`,
        },
      },
    });
  });

  it("names every environment and another branch where the stack file does", async () => {
    const github = { ...trust.github, environments: ["live", "eu live"], branch: "release" };
    const { resources } = await groundOf({ aws: { ...aws, trust: { github } } });
    const role = resources.find(({ name }) => name === "slipway-deploy");
    expect(role?.inputs.assumeRolePolicy).toEqual(
      policy(
        assumed("github", githubHost, {
          StringEquals: {
            [`${githubHost}:aud`]: "sts.amazonaws.com",
            [`${githubHost}:repository_id`]: "4711",
            [`${githubHost}:ref`]: "refs/heads/release",
            [`${githubHost}:sub`]: [
              "repo:acme/shop:environment:live",
              "repo:acme@77/shop@4711:environment:live",
              "repo:acme/shop:environment:eu live",
              "repo:acme@77/shop@4711:environment:eu live",
            ],
          },
        }),
      ),
    );
  });

  it("makes its roles once their providers are there", async () => {
    const { dependencies } = await groundOf({ aws: { ...aws, trust } });
    const type = "slipway:ground:AwsTrust$aws:iam/openIdConnectProvider";
    expect(dependencies["aws:iam/role:Role slipway-deploy"]).toEqual([
      urnOf(`${type}:OpenIdConnectProvider`, "bitbucket"),
      urnOf(`${type}:OpenIdConnectProvider`, "github"),
    ]);
  });

  it("is known in a preview", async () => {
    const { resources } = await groundOf({ aws: { ...config, trust } }, { preview: true });
    expect(JSON.stringify(resources)).not.toContain("<unknown>");
    expect(named(resources)).toHaveLength(17);
  });
});
