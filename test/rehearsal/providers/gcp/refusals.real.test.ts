import { Repository } from "@pulumi/gcp/artifactregistry/repository.js";
import { Service, type ServiceArgs } from "@pulumi/gcp/cloudrunv2/service.js";
import { ServiceIamMember } from "@pulumi/gcp/cloudrunv2/serviceIamMember.js";
import { WorkloadIdentityPool } from "@pulumi/gcp/iam/workloadIdentityPool.js";
import { WorkloadIdentityPoolProvider } from "@pulumi/gcp/iam/workloadIdentityPoolProvider.js";
import { AlertPolicy } from "@pulumi/gcp/monitoring/alertPolicy.js";
import { Dashboard } from "@pulumi/gcp/monitoring/dashboard.js";
import { NotificationChannel } from "@pulumi/gcp/monitoring/notificationChannel.js";
import { UptimeCheckConfig } from "@pulumi/gcp/monitoring/uptimeCheckConfig.js";
import { Secret } from "@pulumi/gcp/secretmanager/secret.js";
import { SecretIamMember } from "@pulumi/gcp/secretmanager/secretIamMember.js";
import { SecretVersion } from "@pulumi/gcp/secretmanager/secretVersion.js";
import { Account } from "@pulumi/gcp/serviceaccount/account.js";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AppImage, appImage } from "./app-image.ts";
import {
  project,
  type RehearsedCloud,
  type Run,
  region,
  rehearsedCloud,
} from "./rehearsed-cloud.ts";

// What the cloud refuses, each tripped by one `pulumi up` of a program with all the mistakes at once.

let app: AppImage;
let at: RehearsedCloud;
let run: Run;
let good: string;
let arm: string;

const runner = `runner@${project}.iam.gserviceaccount.com`;
const places = `projects/${project}/locations`;

type Template = Record<string, unknown>;

function service(
  name: string,
  container: object,
  template: Template = {},
  more: object = {},
): void {
  new Service(name, {
    name,
    location: region,
    template: { containers: [{ image: good, ...container }], ...template },
    ...more,
  } as ServiceArgs);
}
const limits = (cpu: string, memory: string, more: object = {}) => ({
  resources: { limits: { cpu, memory }, ...more },
});
const envs = (...pairs: [string, string][]) => ({
  envs: pairs.map(([name, value]) => ({ name, value })),
});
const secretEnv = (secret: string, version: string, value?: string) => ({
  envs: [{ name: "TOKEN", value, valueSource: { secretKeyRef: { secret, version } } }],
});
const startupProbe = (probe: object) => ({ startupProbe: { tcpSocket: {}, ...probe } });
const traffics = (...targets: object[]) => ({ traffics: targets });
const LATEST = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST";
const REVISION = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION";

/** Of a service, before it is made: the mistake by name, and what is said. */
const services: Record<string, [make: (name: string) => void, said: string]> = {
  "ends-with-": [(name) => service(name, {}), "Error 400: Invalid Service ID"],
  [`n${"o".repeat(49)}`]: [(name) => service(name, {}), "Error 400: Invalid Service ID"],
  zone: [
    (name) => service(name, {}, {}, { location: "europe-west1-b" }),
    "Error 403: Permission denied on 'locations/europe-west1-b' (or it may not exist)",
  ],
  taken: [
    (name) => service(name, {}),
    `Error 409: ${places}/${region}/services/taken: already exists`,
  ],
  disabled: [
    (name) => service(name, {}, {}, { project: "acme-other" }),
    "Error 403: run.googleapis.com has not been used in project acme-other",
  ],
  slow: [(name) => service(name, {}, { timeout: "3601s" }), "may be at most 3600s"],
  wordy: [
    (name) => service(name, {}, {}, { description: "x".repeat(513) }),
    "may have at most 512 characters",
  ],
  "many-envs": [
    (name) =>
      service(
        name,
        envs(...Array.from({ length: 1_001 }, (_, i): [string, string] => [`E${i}`, ""])),
      ),
    "1001 variables, and 1000 are allowed",
  ],
  "long-env": [(name) => service(name, envs(["A", "x".repeat(32_769)])), "at most 32 KiB"],
  "env-name": [(name) => service(name, envs(["1A", ""])), '"1A" is no name for a variable'],
  "env-port": [
    (name) => service(name, envs(["PORT", "1"])),
    "reserved env names were provided: PORT",
  ],
  "env-k": [(name) => service(name, envs(["K_X", "1"])), "reserved env names were provided: K_X"],
  "env-both": [
    (name) => service(name, secretEnv("open", "1", "also")),
    "env TOKEN: has both value and valueSource",
  ],
  "few-requests": [
    (name) => service(name, {}, { maxInstanceRequestConcurrency: -1 }),
    "must be 1 to 1000, unlike -1",
  ],
  "many-requests": [
    (name) => service(name, {}, { maxInstanceRequestConcurrency: 1_001 }),
    "must be 1 to 1000, unlike 1001",
  ],
  "port-number": [
    (name) => service(name, { ports: { containerPort: 70_000 } }),
    "container_port must be 1 to 65535",
  ],
  "port-name": [(name) => service(name, { ports: { name: "tcp" } }), "must be http1 or h2c"],
  "two-ports": [
    (name) =>
      service(
        name,
        {},
        {
          containers: [8_080, 8_081].map((containerPort) => ({
            image: good,
            ports: { containerPort },
          })),
        },
      ),
    "only one may have ports",
  ],
  "cpu-3": [(name) => service(name, limits("3", "2Gi")), "Invalid value specified for cpu: 3"],
  "cpu-tiny": [
    (name) => service(name, limits("0.05", "128Mi")),
    "Invalid value specified for cpu: 0.05",
  ],
  "memory-less": [
    (name) => service(name, limits("1", "64Mi")),
    "between 128 and 4096 MiB, unlike 64",
  ],
  "memory-half": [
    (name) =>
      service(name, limits("0.4", "600Mi", { cpuIdle: true }), {
        maxInstanceRequestConcurrency: 1,
      }),
    "between 128 and 512 MiB, unlike 600",
  ],
  "memory-1": [
    (name) => service(name, limits("1", "5Gi")),
    "between 128 and 4096 MiB, unlike 5120",
  ],
  "memory-2": [(name) => service(name, limits("2", "9Gi")), "between 128 and 8192 MiB"],
  "memory-4": [(name) => service(name, limits("4", "1Gi")), "between 2048 and 16384 MiB"],
  "memory-6": [(name) => service(name, limits("6", "25Gi")), "between 4096 and 24576 MiB"],
  "memory-8": [(name) => service(name, limits("8", "33Gi")), "between 4096 and 32768 MiB"],
  "memory-gen2": [
    (name) =>
      service(name, limits("1", "256Mi"), { executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2" }),
    "between 512 and 4096 MiB",
  ],
  "small-many": [
    (name) =>
      service(name, limits("0.5", "256Mi", { cpuIdle: true }), {
        maxInstanceRequestConcurrency: 80,
      }),
    "Total cpu < 1 is not supported with concurrency > 1",
  ],
  "small-busy": [
    (name) => service(name, limits("0.5", "256Mi")),
    "Total cpu < 1 is not supported with cpuIdle false",
  ],
  "small-gen2": [
    (name) =>
      service(name, limits("0.5", "512Mi", { cpuIdle: true }), {
        executionEnvironment: "EXECUTION_ENVIRONMENT_GEN2",
      }),
    "Total cpu < 1 is not supported in EXECUTION_ENVIRONMENT_GEN2",
  ],
  "probe-timeout": [
    (name) => service(name, startupProbe({ timeoutSeconds: 20 })),
    "timeout_seconds 20 must not exceed period_seconds 10",
  ],
  "probe-delay": [
    (name) => service(name, startupProbe({ initialDelaySeconds: 241 })),
    "initialDelaySeconds may be at most 240",
  ],
  "probe-sum": [
    (name) => service(name, startupProbe({ periodSeconds: 50, failureThreshold: 5 })),
    "may be at most 240 s, unlike 5 × 50",
  ],
  "min-max": [
    (name) => service(name, {}, { scaling: { minInstanceCount: 3, maxInstanceCount: 2 } }),
    "min_instance_count 3 must not exceed max_instance_count 2",
  ],
  "max-quota": [
    (name) => service(name, {}, { scaling: { maxInstanceCount: 1_001 } }),
    "maxScale may not exceed 1000",
  ],
  "label-reserved": [
    (name) => service(name, {}, {}, { labels: { "run.googleapis.com/x": "1" } }),
    'labels: "run.googleapis.com/x" is in a namespace',
  ],
  "annotation-reserved": [
    (name) => service(name, {}, { annotations: { "autoscaling.knative.dev/maxScale": "1" } }),
    'template.annotations: "autoscaling.knative.dev/maxScale"',
  ],
  "host-quay": [(name) => service(name, { image: "quay.io/a/b:1" }), "where host is one of"],
  "host-ghcr": [(name) => service(name, { image: "ghcr.io/a/b:1" }), "where host is one of"],
  "no-account": [
    (name) => service(name, {}, { serviceAccount: `nobody@${project}.iam.gserviceaccount.com` }),
    "Error 403: Permission 'iam.serviceaccounts.actAs' denied on service account nobody@",
  ],
  "revision-name": [
    (name) => service(name, {}, { revision: "other-1" }),
    "begin it with revision-name-",
  ],
  "traffic-90": [
    (name) => service(name, {}, {}, traffics({ type: LATEST, percent: 90 })),
    "percents must sum to 100, unlike 90",
  ],
  "traffic-absent": [
    (name) =>
      service(
        name,
        {},
        {},
        traffics({ type: REVISION, revision: "traffic-absent-1", percent: 100 }),
      ),
    "Revision traffic-absent-1 does not exist or is deleted",
  ],
};

/** Of a revision: the service is there by then. */
const revisions: Record<string, [make: (name: string) => void, said: string]> = {
  "image-absent": [
    (name) => service(name, { image: `gcr.io/${project}/absent:1` }),
    `Error code 5, message: Revision 'image-absent-`,
  ],
  "repository-absent": [
    (name) => service(name, { image: `europe-docker.pkg.dev/${project}/none/web:1` }),
    `Image 'europe-docker.pkg.dev/${project}/none/web:1' not found`,
  ],
  "hub-private": [
    (name) => service(name, { image: "docker.io/acme/secret:1" }),
    "Image 'mirror.gcr.io/acme/secret:1' not found",
  ],
  "remote-without-login": [
    (name) => service(name, { image: `europe-docker.pkg.dev/${project}/hub/acme/secret:1` }),
    "the remote repository cannot log in to Docker Hub, because it has no login",
  ],
  "image-foreign": [
    (name) => service(name, { image: "gcr.io/acme-other/web:1" }),
    "must have permission to read the image, gcr.io/acme-other/web:1",
  ],
  "image-arm": [
    (name) => service(name, { image: arm }),
    "Container manifest type must support amd64/linux",
  ],
  "secret-closed": [
    (name) => service(name, secretEnv("closed", "1"), { serviceAccount: runner }),
    `Permission denied on secret: projects/${project}/secrets/closed for Revision service account ${runner}`,
  ],
  "secret-version": [
    (name) => service(name, secretEnv("open", "7"), { serviceAccount: runner }),
    `Secret projects/${project}/secrets/open/versions/7 was not found`,
  ],
};

const uptime = {
  displayName: "web",
  timeout: "10s",
  monitoredResource: { type: "uptime_url", labels: { host: "x" } },
};
const pool = "pipelines";
const provider = (name: string, more: object) =>
  new WorkloadIdentityPoolProvider(name, {
    workloadIdentityPoolId: pool,
    workloadIdentityPoolProviderId: name,
    attributeMapping: { "google.subject": "assertion.sub" },
    oidc: { issuerUri: "https://token.actions.githubusercontent.com" },
    ...more,
  });

/** Of the other types. */
const others: Record<string, [make: (name: string) => unknown, said: string]> = {
  "invoker-nameless": [
    (name) => new ServiceIamMember(name, { role: "roles/run.invoker", member: "allUsers" }),
    "Error 404: ",
  ],
  "grant-nobody": [
    (name) =>
      new SecretIamMember(name, {
        secretId: "open",
        role: "roles/secretmanager.secretAccessor",
        member: `serviceAccount:nobody@${project}.iam.gserviceaccount.com`,
      }),
    `Error 400: Service account nobody@${project}.iam.gserviceaccount.com does not exist`,
  ],
  "grant-on-nothing": [
    (name) =>
      new SecretIamMember(name, {
        secretId: "none",
        role: "roles/viewer",
        member: `serviceAccount:${runner}`,
      }),
    `Error 404: projects/${project}/secrets/none: not found`,
  ],
  "repository-id": [
    (name) => new Repository(name, { repositoryId: "Web_1", format: "DOCKER" }),
    'invalid repository_id "Web_1"',
  ],
  "repository-gcr": [
    (name) => new Repository(name, { repositoryId: "eu.gcr.io", location: "us", format: "DOCKER" }),
    "a repository named eu.gcr.io can be in location europe only",
  ],
  "repository-location": [
    (name) =>
      new Repository(name, { repositoryId: "web", location: "europe-west1-b", format: "DOCKER" }),
    "Permission denied on 'locations/europe-west1-b'",
  ],
  "repository-taken": [
    (name) => new Repository(name, { repositoryId: "gcr.io", location: "us", format: "DOCKER" }),
    "Error 409: ",
  ],
  "account-taken": [(name) => new Account(name, { accountId: "runner" }), "Error 409: "],
  "secret-taken": [
    (name) => new Secret(name, { secretId: "open", replication: { auto: {} } }),
    "Error 409: ",
  ],
  "payload-long": [
    (name) =>
      new SecretVersion(name, {
        secret: `projects/${project}/secrets/open`,
        secretData: "x".repeat(65_537),
      }),
    "has 65537 bytes, and may have 65536",
  ],
  "version-of-nothing": [
    (name) =>
      new SecretVersion(name, { secret: `projects/${project}/secrets/none`, secretData: "x" }),
    "Error 404: Secret [projects/",
  ],
  "pool-taken": [
    (name) => new WorkloadIdentityPool(name, { workloadIdentityPoolId: pool }),
    "Error 409: ",
  ],
  "pool-deleted": [
    (name) => new WorkloadIdentityPool(name, { workloadIdentityPoolId: "was-deleted" }),
    "was deleted less than 30 days ago",
  ],
  "provider-open": [(name) => provider(name, {}), "must reference one of the provider's claims"],
  "provider-subject": [
    (name) => provider(name, { attributeMapping: { "attribute.a": "assertion.a" } }),
    "attributeMapping must map google.subject",
  ],
  "provider-poolless": [
    (name) => provider(name, { workloadIdentityPoolId: "no-pool" }),
    "Error 404: ",
  ],
  "check-regions": [
    (name) => new UptimeCheckConfig(name, { ...uptime, selectedRegions: ["EUROPE"] }),
    "at least three locations",
  ],
  "alert-channel": [
    (name) =>
      new AlertPolicy(name, {
        displayName: "a",
        combiner: "OR",
        conditions: [{ displayName: "c", conditionMatchedLog: { filter: "x" } }],
        notificationChannels: [`projects/${project}/notificationChannels/1`],
      }),
    "Error 404: there is no notification channel",
  ],
  "channel-label": [
    (name) => new NotificationChannel(name, { type: "email" }),
    "needs the label email_address",
  ],
  "dashboard-layout": [
    (name) => new Dashboard(name, { dashboardJson: JSON.stringify({ displayName: "d" }) }),
    "needs exactly one of gridLayout",
  ],
};

const all = { ...services, ...revisions, ...others };

beforeAll(async () => {
  app = await appImage();
  good = await app.push(`gcr.io/${project}/web`);
  arm = await app.pushForArm(`gcr.io/${project}/arm`);
  at = await rehearsedCloud({ registry: app.registry });
  const repository = (id: string, value: object) => at.cloud.put("gcp/repository", id, value);
  repository(`${places}/us/repositories/gcr.io`, { mode: "STANDARD_REPOSITORY", format: "DOCKER" });
  repository(`${places}/europe/repositories/hub`, { mode: "REMOTE_REPOSITORY", format: "DOCKER" });
  repository("projects/acme-other/locations/us/repositories/gcr.io", { format: "DOCKER" });
  at.cloud.put("hub/private", "acme/secret", {});
  at.cloud.put("gcp/run-service", `${places}/${region}/services/taken`, {});
  at.cloud.put("gcp/workload-identity-pool", `${places}/global/workloadIdentityPools/${pool}`, {});
  at.cloud.put(
    "gcp/workload-identity-pool-deleted",
    `${places}/global/workloadIdentityPools/was-deleted`,
    {
      at: Date.now(),
    },
  );
  at.cloud.put("gcp/account", `projects/${project}/serviceAccounts/${runner}`, {});
  for (const secret of ["open", "closed"]) {
    const path = `projects/${project}/secrets/${secret}`;
    at.cloud.put("gcp/secret", path, {});
    at.cloud.put("gcp/secret-version", `${path}/versions/1`, { state: "ENABLED", value: "x" });
  }
  const role = "roles/secretmanager.secretAccessor";
  const resource = `projects/${project}/secrets/open`;
  at.cloud.put("gcp/binding", `${resource}/${role}/serviceAccount:${runner}`, {});
  run = await at.up(
    async () => {
      for (const [name, [make]] of Object.entries(all)) make(name);
    },
    { continueOnError: true },
  );
});
afterAll(async () => {
  await at?.dispose();
  await app?.remove();
});

test.each(Object.entries(all).map(([name, [, said]]) => [name, said] as const))(
  "%s is refused: %s",
  (name, said) => {
    expect(run.errors[name] ?? "it was made").toContain(said);
  },
);

test("nothing that was refused before it was made is in the state, and what was made is", () => {
  const made = Object.keys(all).filter((name) => at.state(name) !== undefined);
  expect(made.sort()).toEqual(Object.keys(revisions).sort());
});
