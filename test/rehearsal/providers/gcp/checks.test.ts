import { expect, test } from "vitest";
import type { Properties } from "../../../../rehearsal/providers/values.ts";
import { configured } from "./configured.ts";

// What the provider itself refuses of a program, before the cloud is asked.

const SERVICE = "gcp:cloudrunv2/service:Service";
const MEMBER = "gcp:cloudrunv2/serviceIamMember:ServiceIamMember";
const REPOSITORY = "gcp:artifactregistry/repository:Repository";
const ACCOUNT = "gcp:serviceaccount/account:Account";
const SECRET = "gcp:secretmanager/secret:Secret";
const VERSION = "gcp:secretmanager/secretVersion:SecretVersion";
const UPTIME = "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig";
const ALERT = "gcp:monitoring/alertPolicy:AlertPolicy";
const CHANNEL = "gcp:monitoring/notificationChannel:NotificationChannel";
const POOL = "gcp:iam/workloadIdentityPool:WorkloadIdentityPool";
const PROVIDER = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider";

const container = { image: "gcr.io/acme/web" };
const service = (template: Properties, more: Properties = {}): Properties => ({
  location: "europe-west1",
  template: { containers: [container], ...template },
  ...more,
});
const invoker = { name: "web", role: "roles/run.invoker", member: "allUsers" };
const uptime = {
  displayName: "web",
  timeout: "10s",
  monitoredResource: { type: "uptime_url", labels: { host: "x" } },
};
const alert = (condition: Properties): Properties => ({
  displayName: "a",
  combiner: "OR",
  conditions: [{ displayName: "c", ...condition }],
});
const provider = {
  workloadIdentityPoolId: "pipelines",
  workloadIdentityPoolProviderId: "bitbucket",
};

test.each<[string, Properties, string[]]>([
  [SERVICE, service({}), []],
  [SERVICE, { template: { containers: [container] } }, ["location: required, but missing"]],
  [SERVICE, { location: "europe-west1" }, ["template: required, but missing"]],
  [
    SERVICE,
    service({}, { ingress: "ALL" }),
    [
      'ingress: expected one of INGRESS_TRAFFIC_ALL, INGRESS_TRAFFIC_INTERNAL_ONLY, INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER, got "ALL"',
    ],
  ],
  [
    SERVICE,
    service({ timeout: "5m" }),
    ['template.timeout: "5m" is no duration; write digits, with at most nine after a point, and s'],
  ],
  [SERVICE, service({ timeout: "0.5s" }), []],
  [SERVICE, service({ containers: [{}] }), ["template.containers[0].image: required, but missing"]],
  [
    SERVICE,
    service({}, { deletionPolicy: "KEEP" }),
    ['deletionPolicy: expected one of DELETE, PREVENT, ABANDON, got "KEEP"'],
  ],
  [
    SERVICE,
    service({ volumes: ["x"] }),
    ["template.volumes: not part of the stand-in; rehearse without it"],
  ],
  [
    MEMBER,
    { ...invoker, member: "me@acme.test" },
    [
      'member: "me@acme.test" is no member; write it as type:value, such as serviceAccount:EMAIL, or allUsers',
    ],
  ],
  [
    MEMBER,
    { ...invoker, member: "deleted:user:a@b" },
    [
      'member: "deleted:user:a@b" is no member; write it as type:value, such as serviceAccount:EMAIL, or allUsers',
    ],
  ],
  [MEMBER, { ...invoker, role: "invoker" }, ['role: "invoker" is no role']],
  [
    REPOSITORY,
    { repositoryId: "web", format: "DOCKER", mode: "NORMAL" },
    [
      'mode: expected one of STANDARD_REPOSITORY, VIRTUAL_REPOSITORY, REMOTE_REPOSITORY, got "NORMAL"',
    ],
  ],
  [
    "gcp:projects/service:Service",
    { service: "run" },
    ['service: "run" is no API; write it as run.googleapis.com'],
  ],
  [
    ACCOUNT,
    { accountId: "Web" },
    [
      'accountId: "Web" is no account id; use 6 to 30 lower-case letters, digits and -, beginning with a letter',
    ],
  ],
  [
    ACCOUNT,
    { accountId: "runner", description: "x".repeat(257) },
    ["description: expected 0 to 256 characters, got 257"],
  ],
  [
    SECRET,
    { secretId: "a.b", replication: { auto: {} } },
    ['secretId: "a.b" is no secret id; use letters, digits, _ and -'],
  ],
  [
    SECRET,
    { secretId: "a", replication: {} },
    ["replication: expected exactly one of auto, userManaged"],
  ],
  [VERSION, { secret: "s" }, ["secretData: expected exactly one of secretData, secretDataWo"]],
  [VERSION, { secret: "s", secretData: "a", deletionPolicy: "DISABLE" }, []],
  [
    UPTIME,
    { ...uptime, period: "30s" },
    ['period: expected one of 60s, 300s, 600s, 900s, got "30s"'],
  ],
  [UPTIME, { ...uptime, timeout: "61s" }, ['timeout: "61s" is not 1s to 60s']],
  [
    UPTIME,
    { displayName: "web", timeout: "1s" },
    [": expected exactly one of monitoredResource, resourceGroup, syntheticMonitor"],
  ],
  [
    ALERT,
    { ...alert({ conditionMatchedLog: { filter: "x" } }), combiner: "XOR" },
    ['combiner: expected one of AND, OR, AND_WITH_MATCHING_RESOURCE, got "XOR"'],
  ],
  [
    ALERT,
    alert({ conditionThreshold: {} }),
    [
      "conditions[0].conditionThreshold.comparison: required, but missing",
      "conditions[0].conditionThreshold.duration: required, but missing",
    ],
  ],
  [ALERT, alert({}), ["conditions[0]: expected exactly one kind of condition"]],
  [
    CHANNEL,
    { type: "slack", labels: { auth_token: "a" }, sensitiveLabels: { authToken: "a" } },
    ["labels.auth_token: given in labels and in sensitiveLabels; give it in one of them"],
  ],
  [
    "gcp:monitoring/dashboard:Dashboard",
    { dashboardJson: "{" },
    ["dashboardJson: is no JSON object"],
  ],
  [
    POOL,
    { workloadIdentityPoolId: "gcp-pool" },
    [
      'workloadIdentityPoolId: "gcp-pool" is no id of a pool or provider; use 4 to 32 lower-case letters, digits and -, not beginning with gcp-',
    ],
  ],
  [PROVIDER, provider, [": expected exactly one of oidc, aws, saml, x509"]],
  [PROVIDER, { ...provider, oidc: {} }, ["oidc.issuerUri: required, but missing"]],
])("%s with %j", async (type, inputs, reasons) => {
  expect(await (await configured()).check(type, inputs)).toEqual(reasons);
});

test("an unknown key is refused with those there are", async () => {
  const misspelt = service({ containers: [{ ...container, env: [] }] });
  expect(await (await configured()).check(SERVICE, misspelt)).toEqual([
    expect.stringMatching(
      /^template\.containers\[0\]\.env: not a property of this; it has image, /,
    ),
  ]);
});

test.each<[string, Properties, Properties]>([
  [
    SERVICE,
    service({}),
    { name: expect.stringMatching(/^web-[0-9a-f]{7}$/), deletionProtection: true },
  ],
  [
    MEMBER,
    { role: "roles/run.invoker", member: "allUsers" },
    { name: expect.stringMatching(/^web-/) },
  ],
  [ACCOUNT, {}, { accountId: expect.stringMatching(/^web-[0-9a-f]{7}$/), project: "acme-staging" }],
  [SECRET, { replication: { auto: {} } }, { secretId: expect.stringMatching(/^web-/) }],
])("%s gives itself a name, and defaults", async (type, inputs, expected) => {
  expect(await (await configured()).preview(type, inputs)).toMatchObject(expected);
});
