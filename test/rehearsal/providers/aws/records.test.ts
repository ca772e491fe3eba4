import { expect, test } from "vitest";
import { routeOf, setRoute } from "../../../../rehearsal/cloud/routes.ts";
import type { Properties } from "../../../../rehearsal/providers/values.ts";
import { type Configuration, call, configuration } from "./session.ts";

// The types that are records of the cloud: what they give back, and what they refuse before they are made.

const trust = { Statement: [] };
const policy = '{"Statement":[]}';

/** What some types lean on. */
async function ground(at: Configuration): Promise<void> {
  await at.make("s3/bucket:Bucket", { bucket: "acme" });
  await at.make("iam/role:Role", { name: "role", assumeRolePolicy: trust });
  await at.make("ecr/repository:Repository", { name: "web" });
  await at.make("elasticbeanstalk/application:Application", { name: "app" });
  await at.make("s3/bucketObjectv2:BucketObjectv2", { bucket: "acme", key: "k", content: "{}" });
}

test.each<[type: string, inputs: Properties, id: string | RegExp, outputs: Properties]>([
  [
    "iam/role:Role",
    { assumeRolePolicy: trust, path: "/slipway/" },
    /^it-[0-9a-f]{7}$/,
    {
      assumeRolePolicy: '{"Statement":[]}',
      arn: expect.stringMatching(/^arn:aws:iam::123456789012:role\/slipway\/it-/),
    },
  ],
  ["iam/rolePolicy:RolePolicy", { name: "own", role: "role", policy }, "role:own", {}],
  [
    "iam/rolePolicyAttachment:RolePolicyAttachment",
    { role: "role", policyArn: "arn:aws:iam::aws:policy/AWSElasticBeanstalkWebTier" },
    /^role-[0-9a-f]{26}$/,
    {},
  ],
  [
    "iam/instanceProfile:InstanceProfile",
    { name: "profile", role: "role" },
    "profile",
    { arn: "arn:aws:iam::123456789012:instance-profile/profile" },
  ],
  [
    "iam/openIdConnectProvider:OpenIdConnectProvider",
    { url: "https://token.example/a", clientIdLists: ["x"] },
    "arn:aws:iam::123456789012:oidc-provider/token.example/a",
    {},
  ],
  [
    "ecr/repository:Repository",
    { name: "apps/web" },
    "apps/web",
    {
      repositoryUrl: "123456789012.dkr.ecr.eu-west-1.amazonaws.com/apps/web",
      arn: "arn:aws:ecr:eu-west-1:123456789012:repository/apps/web",
      registryId: "123456789012",
      imageTagMutability: "MUTABLE",
    },
  ],
  ["s3/bucket:Bucket", {}, /^it-[0-9a-f]{7}$/, { bucketRegion: "eu-west-1" }],
  [
    "s3/bucketObjectv2:BucketObjectv2",
    { bucket: "acme", content: "a" },
    "it",
    // pragma: allowlist nextline secret
    { arn: "arn:aws:s3:::acme/it", etag: "0cc175b9c0f1b6a831c399e269772661", versionId: "" },
  ],
  [
    "s3/bucketVersioning:BucketVersioning",
    { bucket: "acme", versioningConfiguration: { status: "Enabled" } },
    "acme",
    {},
  ],
  [
    "secretsmanager/secret:Secret",
    { name: "token" },
    /^arn:aws:secretsmanager:eu-west-1:123456789012:secret:token-[a-z0-9]{6}$/,
    { recoveryWindowInDays: 30 },
  ],
  [
    "elasticbeanstalk/applicationVersion:ApplicationVersion",
    { application: "app", name: "one", bucket: "acme", key: "k" },
    "one",
    { arn: "arn:aws:elasticbeanstalk:eu-west-1:123456789012:applicationversion/app/one" },
  ],
  [
    "cloudwatch/metricAlarm:MetricAlarm",
    { name: "red", metricName: "EnvironmentHealth", statistic: "Minimum", evaluationPeriods: 1 },
    "red",
    { arn: "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:red", treatMissingData: "missing" },
  ],
  [
    "route53/record:Record",
    { zoneId: "Z1D", name: "web.acme.example", type: "CNAME", ttl: 60, records: ["a.example"] },
    "Z1D_web.acme.example_CNAME",
    { fqdn: "web.acme.example" },
  ],
])("%s gives back what AWS would", async (type, inputs, id, outputs) => {
  const at = await configuration({ defaultTags: '{"tags":{"team":"web"}}' });
  await ground(at);
  const made = await at.make(type, inputs);
  if (typeof id === "string") expect(made.id).toBe(id);
  else expect(made.id).toMatch(id);
  expect(made.state).toMatchObject(outputs);
  const read = await at.configured.resources[`aws:${type}`]?.read({ ...made, inputs: {} }, call);
  expect(read?.state).toEqual(made.state);
});

test.each<[type: string, inputs: Properties, problem: string]>([
  ["iam/role:Role", { assumeRolePolicy: "x" }, "assumeRolePolicy: contains an invalid JSON"],
  ["iam/role:Role", { assumeRolePolicy: "{}", name: "a b" }, "name: is"],
  ["iam/role:Role", { assumeRolePolicy: "{}", maxSessionDuration: 60 }, "maxSessionDuration: is"],
  [
    "iam/openIdConnectProvider:OpenIdConnectProvider",
    { url: "http://a", clientIdLists: [] },
    "url: is",
  ],
  [
    "iam/openIdConnectProvider:OpenIdConnectProvider",
    { url: "https://a.b", clientIdLists: [], thumbprintLists: ["ab"] },
    "thumbprintLists[0]: is",
  ],
  ["ecr/repository:Repository", { name: "Web" }, "name: is"],
  ["ecr/repository:Repository", { imageTagMutability: "NEVER" }, "imageTagMutability: is"],
  ["s3/bucket:Bucket", { bucket: "a_b" }, "bucket: is"],
  ["s3/bucket:Bucket", { bucket: "192.168.0.1" }, "bucket: is"],
  [
    "s3/bucketObjectv2:BucketObjectv2",
    { bucket: "a", content: "a", contentBase64: "a" },
    "content: conflicts",
  ],
  [
    "s3/bucketVersioning:BucketVersioning",
    { bucket: "a", versioningConfiguration: { status: "On" } },
    "versioningConfiguration.status: is",
  ],
  ["secretsmanager/secret:Secret", { recoveryWindowInDays: 3 }, "recoveryWindowInDays: is 3"],
  ["secretsmanager/secretVersion:SecretVersion", { secretId: "a" }, "secretString: give either"],
  ["elasticbeanstalk/application:Application", { name: "a/b" }, "name: is"],
  [
    "elasticbeanstalk/application:Application",
    { appversionLifecycle: { maxCount: 1 } },
    "appversionLifecycle.serviceRole: required",
  ],
  ["elasticbeanstalk/environment:Environment", { application: "a", name: "web" }, "name: is"],
  [
    "elasticbeanstalk/environment:Environment",
    { application: "a", cnamePrefix: "fer-web" },
    "cnamePrefix: is",
  ],
  [
    "elasticbeanstalk/environment:Environment",
    { application: "a", waitForReadyTimeout: "20" },
    "waitForReadyTimeout: is",
  ],
  [
    "elasticbeanstalk/environment:Environment",
    { application: "a", pollInterval: "5s" },
    "pollInterval: is",
  ],
  [
    "elasticbeanstalk/environment:Environment",
    { application: "a", settings: [{ namespace: "a", name: "b" }] },
    "settings[0].value: required",
  ],
  [
    "elasticbeanstalk/environment:Environment",
    { application: "a", tier: "Worker", cnamePrefix: "mine" },
    "cnamePrefix: cannot be set with the tier Worker",
  ],
  [
    "elasticbeanstalk/environment:Environment",
    { application: "a", endpointUrl: "x" },
    "endpointUrl: not a property",
  ],
  ["cloudwatch/metricAlarm:MetricAlarm", { metricName: "a", statistic: "Mean" }, "statistic: is"],
  [
    "cloudwatch/metricAlarm:MetricAlarm",
    { metricName: "a", statistic: "Sum", comparisonOperator: "More" },
    "comparisonOperator: is",
  ],
  [
    "cloudwatch/metricAlarm:MetricAlarm",
    { metricName: "a", statistic: "Sum", evaluationPeriods: 0 },
    "evaluationPeriods: is",
  ],
  [
    "cloudwatch/metricAlarm:MetricAlarm",
    { metricName: "a", statistic: "Sum", alarmActions: ["me"] },
    "alarmActions[0]: is",
  ],
  [
    "cloudwatch/metricAlarm:MetricAlarm",
    { metricName: "a", statistic: "Sum", alarmDescription: "x".repeat(1025) },
    "alarmDescription: has",
  ],
  [
    "route53/record:Record",
    { zoneId: "acme", name: "a", type: "A", ttl: 1, records: [] },
    "zoneId: is",
  ],
  ["route53/record:Record", { zoneId: "Z1D", name: "a", type: "A" }, "records: give either"],
])("%s refuses %j", async (type, inputs, problem) => {
  const { problems } = await configuration();
  expect((await problems(type, inputs)).map((each) => each.slice(0, problem.length))).toContain(
    problem,
  );
});

test("tags are those of the provider and the program's, without the ignored ones", async () => {
  const at = await configuration({
    defaultTags: '{"tags":{"team":"web","commit":"a"}}',
    ignoreTags: '{"keys":["owner"],"keyPrefixes":["auto:"]}',
  });
  const { state } = await at.make("s3/bucket:Bucket", {
    tags: { commit: "b", owner: "me", "auto:x": "1" },
  });
  expect(state.tagsAll).toEqual({ team: "web", commit: "b" });
});

test("deletions are refused of what is in use", async () => {
  const at = await configuration();
  await ground(at);
  await at.make("iam/rolePolicy:RolePolicy", { name: "own", role: "role", policy });
  const remove = (type: string, state: Properties) =>
    at.configured.resources[`aws:${type}`]?.delete({ id: "", state }, call);
  const region = "eu-west-1";
  at.cloud.put("aws/environment", "e-1", {
    account: "123456789012",
    region,
    application: "app",
    name: "web",
    version: "one",
  });
  await expect(remove("s3/bucket:Bucket", { bucket: "acme" })).rejects.toThrow("BucketNotEmpty");
  await expect(remove("iam/role:Role", { name: "role" })).rejects.toThrow("DeleteConflict");
  await expect(
    remove("elasticbeanstalk/application:Application", { region, name: "app" }),
  ).rejects.toThrow("because it has running environments: web");
  const version = { region, application: "app", name: "one" };
  const type = "elasticbeanstalk/applicationVersion:ApplicationVersion";
  await remove(type, version);
  at.cloud.put("aws/environment", "e-2", {
    account: "123456789012",
    region,
    application: "app",
    name: "two",
    version: "one",
  });
  await expect(remove(type, version)).rejects.toThrow("version one is in use by web, two");
  await remove(type, { ...version, forceDelete: true });
  await remove("s3/bucket:Bucket", { bucket: "acme", forceDestroy: true });
  expect(at.cloud.list("aws/object")).toEqual([]);
});

test("an application's life cycle clears old versions and their bundles away, but none that is deployed", async () => {
  const at = await configuration();
  await ground(at);
  const appversionLifecycle = {
    serviceRole: "arn:aws:iam::123456789012:role/role",
    maxCount: 2,
    deleteSourceFromS3: true,
  };
  await at.make("elasticbeanstalk/application:Application", { name: "kept", appversionLifecycle });
  for (const name of ["one", "two", "three", "four"]) {
    await at.make("s3/bucketObjectv2:BucketObjectv2", { bucket: "acme", key: name, content: name });
    const version = { application: "kept", name, bucket: "acme", key: name };
    await at.make("elasticbeanstalk/applicationVersion:ApplicationVersion", version);
    if (name === "one") {
      at.cloud.put("aws/environment", "e-1", {
        account: "123456789012",
        region: "eu-west-1",
        application: "kept",
        name: "web",
        version: "one",
      });
    }
  }
  const versions = at.cloud.list<Properties>("aws/application-version");
  expect(versions.map(({ value }) => value.name)).toEqual(["four", "one", "three"]);
  const keys = at.cloud.list("aws/object").map(({ id }) => id);
  expect(keys).toEqual(["acme/four", "acme/k", "acme/one", "acme/three"]);
});

test("a deleted secret keeps its name until its recovery window ends, and its newest version is its value", async () => {
  const at = await configuration();
  const { id, state } = await at.make("secretsmanager/secret:Secret", { name: "token" });
  const version = await at.make("secretsmanager/secretVersion:SecretVersion", {
    secretId: id,
    secretString: "a",
  });
  expect(version.id).toBe(`${id}|${version.state.versionId}`);
  await at.configured.resources["aws:secretsmanager/secret:Secret"]?.delete({ id, state }, call);
  expect(at.cloud.list("aws/secret-version")).toEqual([]);
  await expect(at.make("secretsmanager/secret:Secret", { name: "token" })).rejects.toThrow(
    "is scheduled for deletion",
  );
});

test("an object has a new version for new content where its bucket is versioned", async () => {
  const at = await configuration();
  await ground(at);
  const status = { bucket: "acme", versioningConfiguration: { status: "Enabled" } };
  await at.make("s3/bucketVersioning:BucketVersioning", status);
  const type = at.configured.resources["aws:s3/bucketObjectv2:BucketObjectv2"];
  const inputs = { bucket: "acme", key: "a", region: "eu-west-1", content: "a" };
  const { id, state } = await at.make("s3/bucketObjectv2:BucketObjectv2", inputs);
  const update = (content: string) =>
    type?.update({ id, state, oldInputs: inputs, inputs: { ...inputs, content } }, call);
  expect(state.versionId).toMatch(/^[0-9a-f-]{36}$/);
  expect((await update("b"))?.versionId).not.toBe(state.versionId);
});

test("a record leads to what answers for the host it names", async () => {
  const at = await configuration();
  const route = { port: 4000, public: true };
  setRoute(at.cloud, "web.eba-1.eu-west-1.elasticbeanstalk.com", route);
  const { id, state } = await at.make("route53/record:Record", {
    zoneId: "Z1D",
    name: "web.acme.example",
    type: "A",
    aliases: [
      {
        name: "Web.eba-1.eu-west-1.elasticbeanstalk.com.",
        zoneId: "Z2",
        evaluateTargetHealth: true,
      },
    ],
  });
  expect(routeOf(at.cloud, "web.acme.example")).toEqual(route);
  await at.configured.resources["aws:route53/record:Record"]?.delete({ id, state }, call);
  expect(routeOf(at.cloud, "web.acme.example")).toBeUndefined();
});
