import { createHash } from "node:crypto";
import { Provider } from "@pulumi/aws/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { elasticBeanstalk } from "../../../infra/config/elastic-beanstalk.ts";
import type { RegistryConfig } from "../../../infra/config/registries.ts";
import { ElasticBeanstalkTarget } from "../../../infra/targets/elastic-beanstalk.ts";
import type { TargetArgs } from "../../../infra/targets/target.ts";
import { MemoryRegistry } from "../memory-registry.ts";
import { type MockEngineArgs, mockEngine, settled, urnOf } from "../mock-engine.ts";
import { leastServiceRead } from "../stack-config.ts";

const commit = "0123456789abcdef0123456789abcdef01234567";
const image = `docker.io/acme/web@sha256:${"1".repeat(64)}`;
const least = {
  kind: "elastic-beanstalk",
  account: "123456789012",
  region: "eu-west-1",
  application: "acme",
  access: "public",
} as const;

const types = {
  object: "aws:s3/bucketObjectv2:BucketObjectv2",
  version: "aws:elasticbeanstalk/applicationVersion:ApplicationVersion",
  environment: "aws:elasticbeanstalk/environment:Environment",
  role: "aws:iam/role:Role",
  profile: "aws:iam/instanceProfile:InstanceProfile",
  attachment: "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  policy: "aws:iam/rolePolicy:RolePolicy",
  secret: "aws:secretsmanager/secret:Secret",
  secretVersion: "aws:secretsmanager/secretVersion:SecretVersion",
  alarm: "aws:cloudwatch/metricAlarm:MetricAlarm",
  record: "aws:route53/record:Record",
} as const;
const targetType = "slipway:index:Service$slipway:target:ElasticBeanstalk";
const targetUrn = urnOf(targetType, "web");
const aws = urnOf("pulumi:providers:aws", "aws");
const bucket = "slipway-bundles-123456789012-eu-west-1";
const secretArn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:web-TOKEN-0a1b2c3-AbCdEf";
const knownArn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shared-XyZ123";
const cname = "web-dev-5c2a2a1f.eba-abcdefgh.eu-west-1.elasticbeanstalk.com";
const newest = "64bit Amazon Linux 2023 v4.13.1 running Docker";
const stackToken = "aws:elasticbeanstalk/getSolutionStack:getSolutionStack";
const tagsToken = "aws:resourcegroupstaggingapi/getResources:getResources";

/** What AWS's provider computes, as far as the target reads it. */
function computed(environment: object = {}): NonNullable<MockEngineArgs["computed"]> {
  return {
    [types.role]: ({ assumeRolePolicy }) => ({
      name: String(assumeRolePolicy).includes("ec2") ? "web-instance-1" : "web-service-1",
    }),
    [types.profile]: () => ({ name: "web-instance-2" }),
    [types.secret]: () => ({ arn: secretArn }),
    [types.secretVersion]: () => ({ versionId: "version-1" }),
    [types.version]: () => ({ name: "web-0a1b2c3" }),
    [types.environment]: () => ({ cname, allSettings: [], ...environment }),
  };
}

const answers = { [stackToken]: { name: newest } };

interface Made extends Partial<TargetArgs> {
  readonly settings?: object;
  readonly registryConfig?: RegistryConfig;
  readonly engine?: MockEngineArgs;
}

/** A target and all that was registered on its way, below its component. */
async function made({ settings = {}, registryConfig, engine = {}, ...more }: Made = {}) {
  const mock = await mockEngine({ computed: computed(), answers, ...engine });
  const parent = new pulumi.ComponentResource("slipway:index:Service", "web");
  const target = elasticBeanstalk.parse({ ...least, ...settings });
  const registry = registryConfig ?? { kind: "docker-hub", namespace: "acme", private: false };
  const args = {
    image,
    commit,
    attempt: 1,
    service: { ...leastServiceRead, target, registry },
    registry: Object.assign(new MemoryRegistry(), { repository: "docker.io/acme/web" }),
    env: {},
    engineHost: undefined,
    parent,
    ...more,
  } as unknown as TargetArgs;
  const result = await ElasticBeanstalkTarget.make("web", target, args, new Provider("aws", {}));
  const url = await settled(result.url);
  const revision = await settled(result.revision).catch((error: unknown) => error);
  await pulumi.runtime.disconnect();
  const resources = inOrder(mock.resources.filter(({ parent }) => parent === targetUrn));
  return { mock, result, resources, url, revision };
}

const inOrder = <T extends { type: string; name: string }>(resources: readonly T[]) =>
  resources.toSorted((a, b) => (`${a.type} ${a.name}` < `${b.type} ${b.name}` ? -1 : 1));

/** The names of what there is of each type. */
const names = (resources: readonly { type: string; name: string }[]) =>
  resources.map(({ type, name }) => `${type.replace(/^.*:/, "")} ${name}`);

const child = (type: string, name: string, inputs: object, options: object = {}) => ({
  type,
  name,
  parent: targetUrn,
  provider: aws,
  inputs,
  options,
});

const attached = (name: string, role: string, policy: string) =>
  child(types.attachment, name, { role, policyArn: `arn:aws:iam::aws:policy/${policy}` });

const allowing = (name: string, Action: string, Resource: string[]) => {
  const policy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource }] };
  return child(types.policy, name, { role: "web-instance-1", policy: JSON.stringify(policy) });
};

const role = (name: string, service: string, more: object = {}) => {
  const statement = { Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" };
  const policy = { Version: "2012-10-17", Statement: [{ ...statement, ...more }] };
  return child(types.role, name, { path: "/slipway/", assumeRolePolicy: JSON.stringify(policy) });
};

const dockerrun = (more: object = {}, ContainerPort = 8000) =>
  JSON.stringify({
    AWSEBDockerrunVersion: "1",
    Image: { Name: image, Update: "true" },
    Ports: [{ ContainerPort }],
    ...more,
  });

const retained = { retainOnDelete: true };
const environmentNamed = "web-dev-592be393";

/** Where the bundle of a release lies. */
const keyOf = (content: string, secretVersions: string[] = [], attempt = 1) => {
  const whole = JSON.stringify([content, secretVersions]);
  const hash = createHash("sha256").update(whole).digest("hex").slice(0, 12);
  return `slipway/dev/web/${commit}-${attempt}-${hash}/Dockerrun.aws.json`;
};

const bundle = (key: string, content: string) =>
  child(
    types.object,
    "web",
    { bucket, key, content, contentType: "application/json", serverSideEncryption: "AES256" },
    retained,
  );
const version = (key: string) =>
  child(
    types.version,
    "web",
    {
      application: "acme",
      bucket,
      key,
      description: `commit ${commit}, attempt 1`,
      tags: { "slipway:commit": commit },
    },
    retained,
  );

const identities = [
  role("web-instance", "ec2.amazonaws.com"),
  child(types.profile, "web-instance", { path: "/slipway/", role: "web-instance-1" }),
  attached("web-web-tier", "web-instance-1", "AWSElasticBeanstalkWebTier"),
  role("web-service", "elasticbeanstalk.amazonaws.com", {
    Condition: { StringEquals: { "sts:ExternalId": "elasticbeanstalk" } },
  }),
  attached("web-health", "web-service-1", "service-role/AWSElasticBeanstalkEnhancedHealth"),
  attached("web-updates", "web-service-1", "AWSElasticBeanstalkManagedUpdatesCustomerRolePolicy"),
];

const alarm = (name: string, inputs: object) =>
  child(types.alarm, name, {
    namespace: "AWS/ElasticBeanstalk",
    dimensions: { EnvironmentName: environmentNamed },
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    ...inputs,
  });
const alarms = (told: object = {}, errors = 10) => [
  alarm("web-health", {
    name: `slipway-${environmentNamed}-health`,
    ...told,
    alarmDescription: "web is degraded or worse for five minutes.",
    metricName: "EnvironmentHealth",
    statistic: "Minimum",
    period: 60,
    evaluationPeriods: 5,
    threshold: 20,
    treatMissingData: "missing",
  }),
  alarm("web-errors", {
    name: `slipway-${environmentNamed}-errors`,
    ...told,
    alarmDescription: `web answered ${errors} times or more with a status of 500 or above within five minutes.`,
    metricName: "ApplicationRequests5xx",
    statistic: "Sum",
    period: 300,
    evaluationPeriods: 1,
    threshold: errors,
    treatMissingData: "notBreaching",
  }),
];

const firstSettings = [
  ["aws:autoscaling:asg", "MaxSize", "4"],
  ["aws:autoscaling:asg", "MinSize", "1"],
  ["aws:autoscaling:launchconfiguration", "DisableIMDSv1", "true"],
  ["aws:autoscaling:launchconfiguration", "IamInstanceProfile", "web-instance-2"],
  ["aws:autoscaling:trigger", "BreachDuration", "2"],
  ["aws:autoscaling:trigger", "LowerBreachScaleIncrement", "-1"],
  ["aws:autoscaling:trigger", "LowerThreshold", "20"],
  ["aws:autoscaling:trigger", "MeasureName", "CPUUtilization"],
  ["aws:autoscaling:trigger", "Period", "1"],
  ["aws:autoscaling:trigger", "Statistic", "Average"],
  ["aws:autoscaling:trigger", "Unit", "Percent"],
  ["aws:autoscaling:trigger", "UpperBreachScaleIncrement", "1"],
  ["aws:autoscaling:trigger", "UpperThreshold", "70"],
  ["aws:autoscaling:updatepolicy:rollingupdate", "RollingUpdateEnabled", "true"],
  ["aws:autoscaling:updatepolicy:rollingupdate", "RollingUpdateType", "Immutable"],
  ["aws:ec2:instances", "InstanceTypes", "t3.small"],
];
const health = '{"CloudWatchMetrics":{"Environment":{"ApplicationRequests5xx":60}},"Version":1}';
const lastSettings = [
  ["aws:elasticbeanstalk:cloudwatch:logs", "DeleteOnTerminate", "false"],
  ["aws:elasticbeanstalk:cloudwatch:logs", "RetentionInDays", "30"],
  ["aws:elasticbeanstalk:cloudwatch:logs", "StreamLogs", "true"],
  ["aws:elasticbeanstalk:command", "BatchSize", "50"],
  ["aws:elasticbeanstalk:command", "BatchSizeType", "Percentage"],
  ["aws:elasticbeanstalk:command", "DeploymentPolicy", "RollingWithAdditionalBatch"],
  ["aws:elasticbeanstalk:command", "IgnoreHealthCheck", "false"],
  ["aws:elasticbeanstalk:command", "Timeout", "600"],
  ["aws:elasticbeanstalk:environment", "EnvironmentType", "LoadBalanced"],
  ["aws:elasticbeanstalk:environment", "LoadBalancerType", "application"],
  ["aws:elasticbeanstalk:environment", "ServiceRole", "web-service-1"],
  ["aws:elasticbeanstalk:environment:process:default", "HealthCheckPath", "/"],
  ["aws:elasticbeanstalk:environment:process:default", "MatcherHTTPCode", "200"],
  ["aws:elasticbeanstalk:healthreporting:system", "ConfigDocument", health],
  ["aws:elasticbeanstalk:healthreporting:system", "SystemType", "enhanced"],
  ["aws:elasticbeanstalk:managedactions", "ManagedActionsEnabled", "false"],
];

const variables = "aws:elasticbeanstalk:application:environment";
const secretVariables = "aws:elasticbeanstalk:application:environmentsecrets";

const environment = (own: string[][] = [[variables, "PORT", "8000"]], platform = newest) =>
  child(
    types.environment,
    "web",
    {
      name: environmentNamed,
      application: "acme",
      version: "web-0a1b2c3",
      solutionStackName: platform,
      settings: [...firstSettings, ...own, ...lastSettings].map(([namespace, name, value]) => ({
        namespace,
        name,
        value,
      })),
      waitForReadyTimeout: "40m",
    },
    { protect: true, replaceOnChanges: ["application"], ignoreChanges: ["solutionStackName"] },
  );

const events = `aws elasticbeanstalk describe-events --region eu-west-1 --environment-name ${environmentNamed} --max-items 20`;

/** A private repository of Docker Hub. */
const withLogin = () =>
  Object.assign(new MemoryRegistry(), {
    repository: "docker.io/acme/web",
    lastingLogin: { username: "acme", password: pulumi.secret("hunter2") },
  });

const stateAsked = [
  "pulumi:pulumi:readStackResourceOutputs",
  { stackName: "organization/slipway/dev" },
];
const adopting = { environment: "acme-prod" };
const environmentArn = (path: string) =>
  `arn:aws:elasticbeanstalk:eu-west-1:123456789012:environment/${path}`;
const tagged = {
  [tagsToken]: {
    resourceTagMappingLists: [
      { resourceArn: environmentArn("other/acme-prod"), tags: {} },
      {
        resourceArn: environmentArn("acme/acme-prod"),
        tags: { "elasticbeanstalk:environment-id": "e-abcde12345" },
      },
    ],
  },
};

describe("the Elastic Beanstalk target", () => {
  it("is a version in ground's bucket and an environment with its identities and alarms", async () => {
    const { resources, url, revision, mock } = await made();
    const key = keyOf(dockerrun());
    const all = [bundle(key, dockerrun()), version(key), ...identities, environment(), ...alarms()];
    expect(resources).toEqual(inOrder(all));
    expect({ url, revision }).toEqual({ url: `http://${cname}`, revision: "web-0a1b2c3" });
    expect(mock.secretOutputs[`${types.environment} web`]).toEqual(["allSettings"]);
    const nameRegex = "^64bit Amazon Linux 2023 v4\\.\\d+\\.\\d+ running Docker$";
    expect(mock.invokes).toEqual([[stackToken, { mostRecent: true, nameRegex }]]);
  });

  it("makes the environment when its identities may do what they must", async () => {
    const { mock } = await made({
      env: { TOKEN: { secret: pulumi.secret("hunter2") } },
      registry: withLogin(),
    });
    const urns = mock.dependencies[`${types.environment} web`] ?? [];
    expect(urns.map((urn) => urn.split("$").at(-1)).toSorted()).toEqual(
      [
        `${types.attachment}::web-web-tier`,
        `${types.attachment}::web-health`,
        `${types.attachment}::web-updates`,
        `${types.object}::web-login`,
        `${types.policy}::web-login`,
        `${types.policy}::web-secrets`,
        `${types.profile}::web-instance`,
        `${types.role}::web-service`,
        `${types.secret}::web-TOKEN`,
        `${types.version}::web`,
      ].toSorted(),
    );
  });

  it("puts a secret into Secrets Manager and lets only its instances read it and those it names", async () => {
    const { resources } = await made({
      env: {
        TOKEN: { secret: pulumi.secret("hunter2") },
        SHARED: { ref: `${knownArn}:password` },
        GREETING: { plain: "hello" },
      },
    });
    const key = keyOf(dockerrun(), ["version-1"]);
    const own = [
      [variables, "GREETING", "hello"],
      [variables, "PORT", "8000"],
      [secretVariables, "SHARED", `${knownArn}:password`],
      [secretVariables, "TOKEN", secretArn],
    ];
    const all = [
      bundle(key, dockerrun()),
      version(key),
      ...identities,
      allowing("web-secrets", "secretsmanager:GetSecretValue", [knownArn, secretArn]),
      child(types.secret, "web-TOKEN", {
        name: `slipway/${environmentNamed}/TOKEN`,
        recoveryWindowInDays: 0,
      }),
      child(types.secretVersion, "web-TOKEN", {
        secretId: "web-TOKEN-id",
        secretString: { secret: "hunter2" },
      }),
      environment(own),
      ...alarms(),
    ];
    expect(resources).toEqual(inOrder(all));
  });

  it("pulls from a private registry with a login that only its instances may read", async () => {
    const { resources } = await made({ registry: withLogin() });
    const login = { Bucket: bucket, Key: "slipway/dev/web/docker-login.json" };
    const content = dockerrun({ Authentication: login });
    const auth = Buffer.from("acme:hunter2").toString("base64");
    const file = JSON.stringify({ auths: { "https://index.docker.io/v1/": { auth } } });
    const all = [
      bundle(keyOf(content), content),
      version(keyOf(content)),
      ...identities,
      child(types.object, "web-login", {
        bucket,
        key: login.Key,
        content: { secret: file },
        contentType: "application/json",
        serverSideEncryption: "AES256",
      }),
      allowing("web-login", "s3:GetObject", [`arn:aws:s3:::${bucket}/${login.Key}`]),
      environment(),
      ...alarms(),
    ];
    expect(resources).toEqual(inOrder(all));
  });

  it("pulls from ECR as its instances", async () => {
    const registryConfig = { kind: "ecr", account: least.account, region: least.region } as const;
    const { resources } = await made({ registryConfig });
    const key = keyOf(dockerrun());
    const all = [
      bundle(key, dockerrun()),
      version(key),
      ...identities,
      attached("web-ecr", "web-instance-1", "AmazonEC2ContainerRegistryReadOnly"),
      environment(),
      ...alarms(),
    ];
    expect(resources).toEqual(inOrder(all));
  });

  it("keeps to the platform that is configured, protects nothing that is not to be, and tells a topic", async () => {
    const topic = "arn:aws:sns:eu-west-1:123456789012:alerts";
    const { resources, mock } = await made({
      settings: {
        platform: "4.12.0",
        protect: false,
        containerPort: 80,
        alerts: { topic, errors: 3 },
      },
    });
    const content = dockerrun({}, 80);
    const platform = "64bit Amazon Linux 2023 v4.12.0 running Docker";
    const all = [
      bundle(keyOf(content), content),
      version(keyOf(content)),
      ...identities,
      {
        ...environment([[variables, "PORT", "80"]], platform),
        options: { replaceOnChanges: ["application"] },
      },
      ...alarms({ alarmActions: [topic], okActions: [topic] }, 3),
    ];
    expect(resources).toEqual(inOrder(all));
    expect(mock.invokes).toEqual([]);
  });

  it("answers under its domain by HTTPS, and sends HTTP there", async () => {
    const certificate = "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b";
    const domain = { name: "www.example.com", certificate, zone: "Z0123456789ABC" };
    const { resources, url } = await made({ settings: { domain } });
    const records = resources.filter(({ type }) => type === types.record);
    const inputs = { zoneId: domain.zone, name: domain.name, type: "CNAME", ttl: 60 };
    expect(records).toEqual([child(types.record, "web", { ...inputs, records: [cname] })]);
    expect(url).toBe("https://www.example.com");
    const object = resources.find(({ type }) => type === types.object)?.inputs;
    expect(object).toEqual({
      bucket,
      key: keyOf(dockerrun()).replace("Dockerrun.aws.json", "bundle.zip"),
      source: expect.any(Object),
      contentType: "application/zip",
      serverSideEncryption: "AES256",
    });
    const texts = JSON.stringify(object?.source);
    expect(texts).toContain(JSON.stringify(dockerrun()));
    expect(texts).toContain("return 301 https://$host$request_uri;");
  });

  it("allows nothing to everybody or on everything", async () => {
    const { resources } = await made({
      env: { TOKEN: { secret: pulumi.secret("hunter2") } },
      registry: withLogin(),
    });
    const documents = resources.flatMap(({ inputs }) => [inputs.policy, inputs.assumeRolePolicy]);
    const written = documents.filter((document) => document !== undefined);
    expect(written).toHaveLength(4);
    expect(written.filter((document) => String(document).includes("*"))).toEqual([]);
  });

  it("tries a release again as a new version of it", async () => {
    const { resources } = await made({ attempt: 2 });
    const key = keyOf(dockerrun(), [], 2);
    const again = version(key);
    const inputs = { ...again.inputs, description: `commit ${commit}, attempt 2` };
    expect(resources.filter(({ type }) => type === types.version)).toEqual([{ ...again, inputs }]);
  });

  it("gives an environment that exists new versions and nothing else", async () => {
    const { resources, url, mock, revision } = await made({
      settings: { ...adopting, domain: { name: "www.example.com" } },
      engine: { answers: tagged },
    });
    const key = keyOf(dockerrun());
    const environment = child(
      types.environment,
      "web",
      { name: "acme-prod", application: "acme", version: "web-0a1b2c3" },
      {
        import: "e-abcde12345",
        protect: true,
        retainOnDelete: true,
        ignoreChanges: [
          "cnamePrefix",
          "description",
          "platformArn",
          "pollInterval",
          "settings",
          "solutionStackName",
          "tags",
          "tagsAll",
          "templateName",
          "tier",
          "waitForReadyTimeout",
        ],
      },
    );
    expect(resources).toEqual(inOrder([bundle(key, dockerrun()), version(key), environment]));
    expect({ url, revision }).toEqual({ url: "https://www.example.com", revision: "web-0a1b2c3" });
    expect(mock.secretOutputs[`${types.environment} web`]).toEqual(["allSettings", "settings"]);
    expect(mock.invokes).toEqual([
      stateAsked,
      [
        tagsToken,
        {
          resourceTypeFilters: ["elasticbeanstalk:environment"],
          tagFilters: [{ key: "elasticbeanstalk:environment-name", values: ["acme-prod"] }],
        },
      ],
    ]);
  });

  it("takes the id of an environment that exists as it is given", async () => {
    const { resources, mock } = await made({
      settings: { ...adopting, environmentId: "e-fghij67890" },
    });
    const found = resources.find(({ type }) => type === types.environment);
    expect(found?.options.import).toBe("e-fghij67890");
    expect(mock.invokes).toEqual([stateAsked]);
  });

  it.each([
    ["has made one of its own", environmentNamed, false],
    ["has adopted that one already", "acme-prod", true],
    ["has adopted another one", "acme-test", true],
  ])("adopts an environment or refuses to, where the stack %s", async (_what, name, adopts) => {
    const urn = urnOf(`${targetType}$${types.environment}`, "web");
    const state = { [urn]: { outputs: { name, application: "acme" } } };
    const settings = { ...adopting, environmentId: "e-fghij67890" };
    const result = await made({ settings, engine: { state } }).catch((error: unknown) => error);
    expect(result instanceof pulumi.RunError ? result.message : true).toBe(
      adopts ||
        `slipway:services.web.target.environment: acme-prod would be adopted in place of ${environmentNamed}, which this stack has made; take it out, or unset EB_ENV_NAME, or pulumi destroy this stack first`,
    );
  });

  it("says how to find an environment that is not there by its name", async () => {
    const answers = { [tagsToken]: { resourceTagMappingLists: [] } };
    await expect(made({ settings: adopting, engine: { answers } })).rejects.toThrow(
      new pulumi.RunError(
        "slipway:services.web.target.environment: the application acme has no environment acme-prod in eu-west-1; correct the name, or set environmentId to the EnvironmentId that aws elasticbeanstalk describe-environments --region eu-west-1 --environment-names acme-prod shows",
      ),
    );
  });

  it("says what is to be allowed where AWS does not tell the id of an environment", async () => {
    const answers = {
      get [tagsToken](): never {
        throw Object.assign(new Error("mocked"), { details: "AccessDenied" });
      },
    };
    await expect(made({ settings: adopting, engine: { answers } })).rejects.toThrow(
      /^slipway:services\.web\.target\.environment: AWS does not tell its id \(.*AccessDenied.*\); allow tag:GetResources, or set environmentId$/s,
    );
  });

  it("fails when the platform went back to another version", async () => {
    const { revision } = await made({
      engine: { computed: computed({ version: "web-9999999" }) },
    });
    expect(revision).toEqual(
      new pulumi.RunError(
        `web: Elastic Beanstalk took the version web-0a1b2c3 back and runs web-9999999 in the environment ${environmentNamed}; see why with ${events}, mend the app and deliver again`,
      ),
    );
  });

  it("says of a version that does not prove itself where the platform tells more", async () => {
    const { result } = await made();
    expect(await result.explain("web-0a1b2c3")).toBe(
      [
        `Elastic Beanstalk says that the environment ${environmentNamed} runs the version web-0a1b2c3, whatever its health; what happened there:`,
        `    ${events}`,
        `    aws logs tail /aws/elasticbeanstalk/${environmentNamed}/var/log/eb-docker/containers/eb-current-app/stdouterr.log --region eu-west-1`,
      ].join("\n  "),
    );
  });

  it("knows in a preview what there will be, and neither the image nor the URL", async () => {
    const { resources, url, revision } = await made({
      image: pulumi.output<string>(pulumi.unknown as never),
      engine: { preview: true },
    });
    const object = resources.find(({ type }) => type === types.object);
    expect(object?.inputs).toMatchObject({ key: "<unknown>", content: "<unknown>" });
    expect({ url, revision }).toEqual({ url: undefined, revision: undefined });
    expect(names(resources)).toEqual([
      "MetricAlarm web-errors",
      "MetricAlarm web-health",
      "ApplicationVersion web",
      "Environment web",
      "InstanceProfile web-instance",
      "Role web-instance",
      "Role web-service",
      "RolePolicyAttachment web-health",
      "RolePolicyAttachment web-updates",
      "RolePolicyAttachment web-web-tier",
      "BucketObjectv2 web",
    ]);
  });
});
