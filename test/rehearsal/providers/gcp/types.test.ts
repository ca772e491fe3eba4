import { expect, test } from "vitest";
import { assumeAccount } from "../../../../rehearsal/providers/gcp/account.ts";
import { InitError } from "../../../../rehearsal/providers/rule-error.ts";
import { UNKNOWN } from "../../../../rehearsal/providers/values.ts";
import { configured, number, project } from "./configured.ts";

// The life of each type that is only a record of the cloud.

const ACCOUNT = "gcp:serviceaccount/account:Account";
const API = "gcp:projects/service:Service";
const REPOSITORY = "gcp:artifactregistry/repository:Repository";
const SECRET = "gcp:secretmanager/secret:Secret";
const VERSION = "gcp:secretmanager/secretVersion:SecretVersion";
const SECRET_MEMBER = "gcp:secretmanager/secretIamMember:SecretIamMember";
const UPTIME = "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig";
const ALERT = "gcp:monitoring/alertPolicy:AlertPolicy";
const CHANNEL = "gcp:monitoring/notificationChannel:NotificationChannel";
const DASHBOARD = "gcp:monitoring/dashboard:Dashboard";
const POOL = "gcp:iam/workloadIdentityPool:WorkloadIdentityPool";
const PROVIDER = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider";

test("an account tells its address in a preview already, and its number when it is made", async () => {
  const at = await configured();
  const email = `runner@${project}.iam.gserviceaccount.com`;
  expect(await at.preview(ACCOUNT, { accountId: "runner" })).toMatchObject({
    email,
    member: `serviceAccount:${email}`,
    uniqueId: UNKNOWN,
    deletionPolicy: "DELETE",
  });
  const made = await at.make(ACCOUNT, { accountId: "runner" });
  expect(made.id).toBe(`projects/${project}/serviceAccounts/${email}`);
  expect(made.state).toMatchObject({ name: made.id, uniqueId: expect.stringMatching(/^\d{21}$/) });
  await expect(at.make(ACCOUNT, { accountId: "runner" })).rejects.toThrow(
    `Error creating service account: googleapi: Error 409: ${made.id}: already exists`,
  );
  expect(await made.update({ accountId: "runner", displayName: "Web" })).toMatchObject({
    displayName: "Web",
    email,
  });
  await made.delete();
  expect(await made.read()).toBeUndefined();
  const anew = await at.make(ACCOUNT, { accountId: "runner" });
  expect(anew.state.uniqueId).not.toBe(made.state.uniqueId);
});

test("an API stays on when it is taken away, unless that was asked for", async () => {
  const at = await configured();
  const service = "storage.googleapis.com";
  const kept = await at.make(API, { service });
  expect(kept.id).toBe(`${project}/${service}`);
  await kept.delete();
  expect(await kept.read()).toBeDefined();
  await (await at.make(API, { service, disableOnDestroy: true })).delete();
  expect(await kept.read()).toBeUndefined();
});

test("the account of a service of Google's is told, and cannot go", async () => {
  const at = await configured();
  const type = "gcp:projects/serviceIdentity:ServiceIdentity";
  const made = await at.make(type, { service: "artifactregistry.googleapis.com" });
  const email = `service-${number}@gcp-sa-artifactregistry.iam.gserviceaccount.com`;
  expect(made.id).toBe(`projects/${project}/services/artifactregistry.googleapis.com`);
  expect(made.state).toMatchObject({ email, member: `serviceAccount:${email}` });
  await made.delete();
  expect(await made.read()).toMatchObject({ email });
  await expect(at.make(type, { service: "pubsub.googleapis.com" })).rejects.toThrow(
    "pubsub.googleapis.com has not been used in project",
  );
});

test("what belongs to an API that is off is refused", async () => {
  const at = await configured();
  at.cloud.delete("gcp/api", `${project}/secretmanager.googleapis.com`);
  await expect(at.make(SECRET, { secretId: "a", replication: { auto: {} } })).rejects.toThrow(
    `Error creating Secret: googleapi: Error 403: secretmanager.googleapis.com has not been used in project ${project} before or it is disabled (SERVICE_DISABLED); enable it with gcp.projects.Service and let this wait for it`,
  );
});

test("without a project nothing is made", async () => {
  const at = await configured({ project: "" });
  await expect(at.make(ACCOUNT, { accountId: "runner" })).rejects.toThrow(
    "project: required field is not set",
  );
});

test("a repository reads back with the labels of all, and its policies do not care how a duration is written", async () => {
  const at = await configured({ defaultLabels: JSON.stringify({ team: "web" }) });
  const policy = (olderThan: string) => ({
    id: "old",
    action: "DELETE",
    condition: { olderThan, tagState: "UNTAGGED" },
  });
  const inputs = {
    repositoryId: "web",
    format: "DOCKER",
    labels: { a: "1" },
    cleanupPolicies: [policy("30d")],
  };
  const made = await at.make(REPOSITORY, inputs);
  expect(made.id).toBe(`projects/${project}/locations/europe-west1/repositories/web`);
  const all = { team: "web", a: "1", "goog-pulumi-provisioned": "true" };
  expect(made.state).toMatchObject({
    name: "web",
    location: "europe-west1",
    mode: "STANDARD_REPOSITORY",
    registryUri: `europe-west1-docker.pkg.dev/${project}/web`,
    labels: { a: "1" },
    pulumiLabels: all,
    effectiveLabels: all,
  });
  const next = { ...inputs, cleanupPolicies: [policy("2592000s")] };
  expect(await made.changes(next)).toMatchObject({ changes: {} });
  expect(await made.changes({ ...inputs, location: "us" })).toMatchObject({
    changes: { location: "update-replace" },
    deleteBeforeReplace: false,
  });
});

test("a remote repository needs the version that it logs in with", async () => {
  const at = await configured();
  const passwordSecretVersion = `projects/${project}/secrets/hub/versions/1`;
  const inputs = {
    repositoryId: "hub",
    format: "DOCKER",
    mode: "REMOTE_REPOSITORY",
    remoteRepositoryConfig: {
      dockerRepository: { publicRepository: "DOCKER_HUB" },
      upstreamCredentials: {
        usernamePasswordCredentials: { username: "acme", passwordSecretVersion },
      },
    },
  };
  await expect(at.make(REPOSITORY, inputs)).rejects.toThrow(
    `Secret Version ${passwordSecretVersion} not found`,
  );
  await at.make(SECRET, { secretId: "hub", replication: { auto: {} } });
  await at.make(VERSION, { secret: `projects/${project}/secrets/hub`, secretData: "token" });
  expect((await at.make(REPOSITORY, inputs)).state.mode).toBe("REMOTE_REPOSITORY");
});

test("versions of a secret are numbered, never again with the same number, and destroyed when deleted", async () => {
  const at = await configured();
  const secret = await at.make(SECRET, { secretId: "token", replication: { auto: {} } });
  expect(secret.id).toBe(`projects/${project}/secrets/token`);
  const add = (secretData: string, more = {}) =>
    at.make(VERSION, { secret: secret.id, secretData, ...more });
  const first = await add("one");
  expect(first.state).toMatchObject({
    name: `${secret.id}/versions/1`,
    version: "1",
    enabled: true,
  });
  expect(await first.changes({ secret: secret.id, secretData: "two" })).toMatchObject({
    changes: { secretData: "update-replace" },
  });
  await first.delete();
  expect(await first.read()).toBeUndefined();
  expect(at.cloud.get("gcp/secret-version", first.id)).toEqual({
    state: "DESTROYED",
    resource: {},
  });
  const second = await add("two", { deletionPolicy: "DISABLE" });
  expect(second.id).toBe(`${secret.id}/versions/2`);
  expect(
    await second.update({ secret: secret.id, secretData: "two", enabled: false }),
  ).toMatchObject({
    enabled: false,
  });
  await second.delete();
  expect(at.cloud.get("gcp/secret-version", second.id)).toMatchObject({ state: "DISABLED" });
  const third = await add("three", { deletionPolicy: "ABANDON" });
  await third.delete();
  expect(at.cloud.get("gcp/secret-version", third.id)).toMatchObject({ state: "ENABLED" });
  await secret.delete();
  expect(at.cloud.list("gcp/secret-version")).toEqual([]);
});

test("what only may be written is not read back", async () => {
  const at = await configured();
  const secret = await at.make(SECRET, { secretId: "token", replication: { auto: {} } });
  const made = await at.make(VERSION, { secret: secret.id, secretDataWo: "hidden" });
  expect(JSON.stringify(made.state)).not.toContain("hidden");
});

test("a secret under protection, and anything with the policy PREVENT, cannot be destroyed", async () => {
  const at = await configured();
  const inputs = { secretId: "token", replication: { auto: {} } };
  const secret = await at.make(SECRET, { ...inputs, deletionProtection: true });
  await expect(secret.delete()).rejects.toThrow(
    "Error deleting Secret: cannot destroy secret without setting deletion_protection=false",
  );
  const kept = await at.make(SECRET, { ...inputs, secretId: "kept", deletionPolicy: "PREVENT" });
  await expect(kept.delete()).rejects.toThrow("while its deletionPolicy is PREVENT");
});

test("a grant reads back with its parent's path, is not different for it, and ends", async () => {
  const at = await configured();
  assumeAccount(at.cloud, `runner@${project}.iam.gserviceaccount.com`);
  const secret = await at.make(SECRET, { secretId: "token", replication: { auto: {} } });
  const inputs = {
    secretId: "token",
    role: "roles/secretmanager.secretAccessor",
    member: `serviceAccount:runner@${project}.iam.gserviceaccount.com`,
  };
  const made = await at.make(SECRET_MEMBER, inputs);
  expect(made.id).toBe(`${secret.id}/${inputs.role}/${inputs.member}`);
  expect(made.state).toMatchObject({ secretId: secret.id, etag: expect.stringMatching(/^Bw/) });
  expect(await made.changes(inputs)).toMatchObject({ changes: {} });
  expect(await made.changes({ ...inputs, secretId: secret.id })).toMatchObject({ changes: {} });
  expect(await made.changes({ ...inputs, role: "roles/viewer" })).toMatchObject({
    changes: { role: "update-replace" },
  });
  await made.delete();
  expect(at.cloud.list("gcp/binding")).toEqual([]);
  await at.make(SECRET_MEMBER, inputs);
  await secret.delete();
  expect(at.cloud.list("gcp/binding")).toEqual([]);
});

test.each([
  ["gcp:projects/iAMMember:IAMMember", { project }, `projects/${project}`],
  [
    "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember",
    { repository: "web" },
    `projects/${project}/locations/europe-west1/repositories/web`,
  ],
  [
    "gcp:serviceaccount/iAMMember:IAMMember",
    {
      serviceAccountId: `projects/${project}/serviceAccounts/runner@${project}.iam.gserviceaccount.com`,
    },
    `projects/${project}/serviceAccounts/runner@${project}.iam.gserviceaccount.com`,
  ],
])("%s is granted on %j", async (type, parent, path) => {
  const at = await configured();
  await at.make(REPOSITORY, { repositoryId: "web", format: "DOCKER" });
  await at.make(ACCOUNT, { accountId: "runner" });
  const member = "principalSet://iam.googleapis.com/projects/1/locations/global/x";
  const made = await at.make(type, { ...parent, role: "roles/viewer", member });
  expect(made.id).toBe(`${path}/roles/viewer/${member}`);
});

test("under domain-restricted sharing nobody outside is granted anything", async () => {
  const at = await configured({}, { domainRestrictedSharing: true });
  await at.make(REPOSITORY, { repositoryId: "web", format: "DOCKER" });
  await expect(
    at.make("gcp:artifactregistry/repositoryIamMember:RepositoryIamMember", {
      repository: "web",
      role: "roles/artifactregistry.reader",
      member: "allUsers",
    }),
  ).rejects.toThrow("do not belong to a permitted customer: allUsers");
});

test("what an alert speaks of cannot be deleted before it", async () => {
  const at = await configured();
  const uptime = await at.make(UPTIME, {
    displayName: "Web health",
    timeout: "10s",
    monitoredResource: { type: "uptime_url", labels: { host: "x" } },
    httpCheck: { useSsl: true },
  });
  expect(uptime.state).toMatchObject({
    name: uptime.id,
    uptimeCheckId: expect.stringMatching(/^web-health-/),
    period: "300s",
    httpCheck: { path: "/" },
  });
  const channel = await at.make(CHANNEL, { type: "email", labels: { email_address: "a@b.test" } });
  const inputs = {
    displayName: "down",
    combiner: "OR",
    notificationChannels: [channel.id],
    conditions: [
      {
        displayName: "down",
        conditionThreshold: {
          comparison: "COMPARISON_GT",
          duration: "60s",
          filter: `metric.labels.check_id="${uptime.state.uptimeCheckId}"`,
        },
      },
    ],
  };
  const alert = await at.make(ALERT, inputs);
  expect(alert.id).toMatch(new RegExp(`^projects/${project}/alertPolicies/\\d{20}$`));
  expect(await alert.changes(inputs)).toMatchObject({ changes: {} });
  await expect(uptime.delete()).rejects.toThrow(
    `is used by ${alert.id}; delete the alert policies`,
  );
  await expect(channel.delete()).rejects.toThrow(
    `is used by ${alert.id}; delete the alert policies`,
  );
  await alert.delete();
  await uptime.delete();
  await channel.delete();
});

test("a dashboard is not different for another order of its keys", async () => {
  const at = await configured();
  const made = await at.make(DASHBOARD, { dashboardJson: '{"displayName":"d","gridLayout":{}}' });
  expect(made.id).toMatch(new RegExp(`^projects/${number}/dashboards/`));
  expect(
    await made.changes({ dashboardJson: '{ "gridLayout": {}, "displayName": "d" }' }),
  ).toMatchObject({ changes: {} });
  expect(
    await made.changes({ dashboardJson: '{"displayName":"e","gridLayout":{}}' }),
  ).toMatchObject({ changes: { dashboardJson: "update" } });
});

test("a pool's name has the project's number, and its id stays taken when it is deleted", async () => {
  const at = await configured();
  const inputs = { workloadIdentityPoolId: "pipelines" };
  const pool = await at.make(POOL, inputs);
  const path = "locations/global/workloadIdentityPools/pipelines";
  expect(pool.id).toBe(`projects/${project}/${path}`);
  expect(pool.state).toMatchObject({ name: `projects/${number}/${path}`, state: "ACTIVE" });
  const provider = await at.make(PROVIDER, {
    ...inputs,
    workloadIdentityPoolProviderId: "github",
    attributeMapping: { "google.subject": "assertion.sub" },
    attributeCondition: "assertion.repository_id == '1'",
    oidc: { issuerUri: "https://token.actions.githubusercontent.com" },
  });
  expect(provider.state.name).toBe(`projects/${number}/${path}/providers/github`);
  await provider.delete();
  await pool.delete();
  await expect(at.make(POOL, inputs)).rejects.toThrow(
    "Error 409: projects/acme-staging/locations/global/workloadIdentityPools/pipelines: already exists; it was deleted less than 30 days ago",
  );
});

test("an update that is refused keeps what was wanted in the state, and the cloud as it was", async () => {
  const at = await configured();
  const inputs = { workloadIdentityPoolId: "pipelines", mode: "FEDERATION_ONLY" };
  const pool = await at.make(POOL, inputs);
  const error = await pool.update({ ...inputs, mode: "TRUST_DOMAIN" }).catch((each) => each);
  expect(error).toBeInstanceOf(InitError);
  expect(error.message).toBe(
    `Error updating WorkloadIdentityPool "${pool.id}": googleapi: Error 400: the mode of a pool cannot be changed`,
  );
  expect(error.state.mode).toBe("TRUST_DOMAIN");
  expect((await pool.read())?.mode).toBe("FEDERATION_ONLY");
});

test("an update with nothing to change only reads, whatever the cloud is like", async () => {
  const at = await configured();
  const inputs = { accountId: "runner" };
  const account = await at.make(ACCOUNT, inputs);
  at.cloud.put("gcp/account", account.id, { ...account.state, displayName: "by hand" });
  expect(await account.update(inputs)).toMatchObject({ displayName: "by hand" });
});

test("the functions tell of the project and of who asks", async () => {
  const at = await configured();
  const config = await at.ask("gcp:organizations/getClientConfig:getClientConfig", {});
  expect(config).toMatchObject({ project, region: "europe-west1", defaultLabels: {} });
  const again = await at.ask("gcp:organizations/getClientConfig:getClientConfig", {});
  expect(again.accessToken).not.toBe(config.accessToken);
  expect(await at.ask("gcp:organizations/getProject:getProject", {})).toMatchObject({
    id: `projects/${project}`,
    projectId: project,
    number,
  });
  await expect(
    at.ask("gcp:organizations/getProject:getProject", { projectId: "X" }),
  ).rejects.toThrow("projects/X not found");
  await expect(
    at.ask("gcp:serviceaccount/getAccountIdToken:getAccountIdToken", {
      targetAudience: "https://web",
      targetServiceAccount: `nobody@${project}.iam.gserviceaccount.com`,
    }),
  ).rejects.toThrow("Error 404: Not found; Gaia id not found");
});
