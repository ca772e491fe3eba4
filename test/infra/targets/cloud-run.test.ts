import { Provider } from "@pulumi/gcp/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { cloudRun } from "../../../infra/config/cloud-run.ts";
import { Providers } from "../../../infra/providers.ts";
import type { Registry } from "../../../infra/registries/registry.ts";
import { CloudRunTarget } from "../../../infra/targets/cloud-run.ts";
import type { EnvironmentValue } from "../../../infra/targets/target.ts";
import { type MockEngineArgs, mockEngine, settled, urnOf } from "../mock-engine.ts";
import { leastServiceRead } from "../stack-config.ts";

const image = `europe-west1-docker.pkg.dev/acme-dev/images/web@sha256:${"1".repeat(64)}`;
const commit = "0123456789abcdef0123456789abcdef01234567";
const least = {
  kind: "cloud-run",
  project: "acme-dev",
  region: "europe-west1",
  access: "public",
} as const;
const robot = "prover@acme-dev.iam.gserviceaccount.com";
const types = {
  account: "gcp:serviceaccount/account:Account",
  service: "gcp:cloudrunv2/service:Service",
  invoker: "gcp:cloudrunv2/serviceIamMember:ServiceIamMember",
  secret: "gcp:secretmanager/secret:Secret",
  version: "gcp:secretmanager/secretVersion:SecretVersion",
  grant: "gcp:secretmanager/secretIamMember:SecretIamMember",
  uptime: "gcp:monitoring/uptimeCheckConfig:UptimeCheckConfig",
  dashboard: "gcp:monitoring/dashboard:Dashboard",
  alert: "gcp:monitoring/alertPolicy:AlertPolicy",
  channel: "gcp:monitoring/notificationChannel:NotificationChannel",
} as const;
const targetUrn = urnOf("slipway:index:Service$slipway:target:CloudRun", "web");
// Pulumi's mocks name the nearest parent's type only.
const urnWithin = (type: string, name = "web") => urnOf(`slipway:target:CloudRun$${type}`, name);
const monitoringUrn = urnWithin("slipway:target:CloudRunMonitoring");
const google = urnOf("pulumi:providers:gcp", "google");
const account = "web-dev@acme-dev.iam.gserviceaccount.com";
const token = "gcp:serviceaccount/getAccountIdToken:getAccountIdToken";

const revision = (number: number) =>
  `projects/acme-dev/locations/europe-west1/services/web-dev/revisions/web-dev-0000${number}-abc`;

/** What Google's provider computes, as far as the target reads it. */
function computed(service: object = {}): NonNullable<MockEngineArgs["computed"]> {
  return {
    [types.account]: () => ({ email: account, member: `serviceAccount:${account}` }),
    [types.version]: () => ({ version: "3" }),
    [types.channel]: () => ({ name: "projects/acme-dev/notificationChannels/7" }),
    [types.service]: () => ({
      uri: "https://web-dev-oiibs6nkdq-ew.a.run.app",
      latestCreatedRevision: revision(1),
      latestReadyRevision: revision(1),
      terminalConditions: [{ type: "Ready", state: "CONDITION_SUCCEEDED", message: "" }],
      conditions: [],
      ...service,
    }),
  };
}

interface Made {
  readonly config?: object;
  readonly env?: Readonly<Record<string, EnvironmentValue>>;
  readonly name?: string;
  readonly service?: object;
  readonly engine?: MockEngineArgs;
}

/** A target and all that was registered on its way, in the order of types and names. */
async function made({ config = {}, env = {}, name = "web", service, engine }: Made = {}) {
  const mocks = await mockEngine({ computed: computed(service), ...engine });
  const parent = new pulumi.ComponentResource("slipway:index:Service", name);
  const target = new CloudRunTarget(
    name,
    cloudRun.parse({ ...least, ...config }),
    {
      image,
      commit,
      attempt: 2,
      service: leastServiceRead,
      registry: {} as Registry,
      env,
      providers: new Providers({ engineHost: undefined, logins: {} as never }),
      engineHost: undefined,
      parent,
    },
    new Provider("google", { project: "acme-dev", region: "europe-west1" }),
  );
  const [url, revision, identityToken] = await Promise.all([
    settled(target.url),
    settled(target.revision),
    target.identityToken && settled(target.identityToken),
  ]);
  await pulumi.runtime.disconnect();
  const key = (one: { type: string; name: string }) => `${one.type} ${one.name}`;
  const resources = mocks.resources
    .filter(({ type }) => type.startsWith("gcp:") || type.startsWith("slipway:target:"))
    .toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
  return { ...mocks, resources, target, url, revision, identityToken };
}

/** The inputs of one resource. */
function inputsOf({ resources }: Awaited<ReturnType<typeof made>>, type: string, name = "web") {
  return resources.find((one) => one.type === type && one.name === name)?.inputs;
}

/** The names of what there is of each type. */
const names = ({ resources }: Awaited<ReturnType<typeof made>>) =>
  resources.map(({ type, name }) => `${type.replace(/^.*:/, "")} ${name}`);

const child = (type: string, inputs: object, name = "web") => ({
  type,
  name,
  parent: targetUrn,
  provider: google,
  inputs,
  options: {},
});
const watcher = (type: string, inputs: object, name = "web") => ({
  ...child(type, inputs, name),
  parent: monitoringUrn,
});
const component = (type: string, parent: string) => ({
  type,
  name: "web",
  parent,
  provider: "",
  inputs: {},
  options: {},
});

const advice =
  "read its log with gcloud run services logs read web-dev --project acme-dev --region europe-west1 --limit 50";
const ofService = `resource.type = "cloud_run_revision" AND resource.labels.service_name = "web-dev" AND resource.labels.location = "europe-west1"`;
const metric = (type: string, more = "") =>
  `metric.type = "run.googleapis.com/${type}" AND ${ofService}${more}`;
const failures = metric("request_count", ` AND metric.labels.response_code_class = "5xx"`);
const documentation = { content: advice, mimeType: "text/markdown" };
const sum = {
  alignmentPeriod: "60s",
  perSeriesAligner: "ALIGN_RATE",
  crossSeriesReducer: "REDUCE_SUM",
};

const serviceInputs = {
  name: "web-dev",
  location: "europe-west1",
  deletionProtection: true,
  invokerIamDisabled: false,
  template: {
    serviceAccount: account,
    labels: { "slipway-commit": commit },
    annotations: { "slipway-attempt": "2" },
    maxInstanceRequestConcurrency: 80,
    timeout: "300s",
    scaling: { minInstanceCount: 0, maxInstanceCount: 10 },
    containers: [
      {
        image,
        ports: { containerPort: 8080 },
        envs: [],
        resources: { limits: { cpu: "1", memory: "512Mi" }, cpuIdle: true },
        startupProbe: {
          httpGet: { path: "/" },
          periodSeconds: 1,
          timeoutSeconds: 1,
          failureThreshold: 60,
        },
        livenessProbe: {
          httpGet: { path: "/" },
          periodSeconds: 10,
          timeoutSeconds: 5,
          failureThreshold: 3,
        },
      },
    ],
  },
  traffics: [{ type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", percent: 100 }],
};

const publicInvoker = child(types.invoker, {
  name: "web-dev",
  location: "europe-west1",
  role: "roles/run.invoker",
  member: "allUsers",
});

const alerts = [
  watcher(
    types.alert,
    {
      displayName: "Slipway: web-dev: more than 5 % errors",
      combiner: "OR",
      conditions: [
        {
          displayName: "more than 5 % errors",
          conditionThreshold: {
            comparison: "COMPARISON_GT",
            duration: "300s",
            filter: failures,
            aggregations: [sum],
            denominatorFilter: metric("request_count"),
            denominatorAggregations: [sum],
            thresholdValue: 0.05,
          },
        },
      ],
      notificationChannels: [],
      documentation,
    },
    "web-errors",
  ),
  watcher(
    types.alert,
    {
      displayName: "Slipway: web-dev: more than 5 % slower than 2000 ms",
      combiner: "OR",
      conditions: [
        {
          displayName: "more than 5 % slower than 2000 ms",
          conditionThreshold: {
            comparison: "COMPARISON_GT",
            duration: "300s",
            filter: metric("request_latencies"),
            aggregations: [
              {
                alignmentPeriod: "60s",
                perSeriesAligner: "ALIGN_DELTA",
                crossSeriesReducer: "REDUCE_PERCENTILE_95",
              },
            ],
            thresholdValue: 2_000,
          },
        },
      ],
      notificationChannels: [],
      documentation,
    },
    "web-latency",
  ),
];

describe("the Cloud Run target", () => {
  it("is a public service with an identity of its own and what watches it", async () => {
    const result = await made();
    expect(result.resources).toEqual([
      child(types.service, serviceInputs),
      publicInvoker,
      ...alerts,
      watcher(types.dashboard, { dashboardJson: expect.any(String) }),
      watcher(types.uptime, {
        displayName: "Slipway: web-dev",
        monitoredResource: {
          type: "uptime_url",
          labels: { project_id: "acme-dev", host: "web-dev-oiibs6nkdq-ew.a.run.app" },
        },
        httpCheck: { path: "/", port: 443, useSsl: true, validateSsl: true },
        period: "300s",
        timeout: "10s",
      }),
      child(types.account, {
        accountId: "web-dev",
        displayName: "Slipway: what web-dev runs as",
      }),
      component("slipway:target:CloudRun", urnOf("slipway:index:Service", "web")),
      component("slipway:target:CloudRunMonitoring", targetUrn),
    ]);
    expect(result.invokes).toEqual([]);
    const { url, revision: served, identityToken } = result;
    expect({ url, served, identityToken }).toEqual({
      url: "https://web-dev-oiibs6nkdq-ew.a.run.app",
      served: revision(1),
      identityToken: undefined,
    });
  });

  it("follows its configuration", async () => {
    const result = await made({
      config: {
        containerPort: 80,
        cpu: 0.5,
        memory: 256,
        concurrency: 1,
        instances: { min: 1, max: 3 },
        timeout: 20,
        health: { path: "/health", startup: 181 },
        protect: false,
      },
    });
    const { template } = serviceInputs;
    const httpGet = { path: "/health" };
    expect(inputsOf(result, types.service)).toEqual({
      ...serviceInputs,
      deletionProtection: false,
      template: {
        ...template,
        maxInstanceRequestConcurrency: 1,
        timeout: "20s",
        scaling: { minInstanceCount: 1, maxInstanceCount: 3 },
        containers: [
          {
            ...template.containers[0],
            ports: { containerPort: 80 },
            resources: { limits: { cpu: "500m", memory: "256Mi" }, cpuIdle: true },
            startupProbe: {
              httpGet,
              periodSeconds: 4,
              timeoutSeconds: 4,
              failureThreshold: 46,
            },
            livenessProbe: { ...template.containers[0]?.livenessProbe, httpGet },
          },
        ],
      },
    });
    expect(inputsOf(result, types.uptime)).toMatchObject({ httpCheck: { path: "/health" } });
  });

  it.each([1, 7, 59, 60, 61, 119, 120, 121, 180, 181, 239, 240].map((startup) => ({ startup })))(
    "gives a start of $startup s that time, and never more than Cloud Run allows",
    async ({ startup }) => {
      const inputs = inputsOf(await made({ config: { health: { startup } } }), types.service);
      const [container] = (inputs as typeof serviceInputs).template.containers;
      const {
        periodSeconds = 0,
        timeoutSeconds,
        failureThreshold = 0,
      } = container?.startupProbe ?? {};
      const total = periodSeconds * failureThreshold;
      expect(timeoutSeconds).toBeLessThanOrEqual(periodSeconds);
      expect(total).toBeGreaterThanOrEqual(startup);
      expect(total).toBeLessThan(startup + periodSeconds);
      expect(total).toBeLessThanOrEqual(240);
    },
  );

  it("charts requests, latencies, errors and instances of its own service", async () => {
    const { dashboardJson } = inputsOf(await made(), types.dashboard) as { dashboardJson: string };
    const { displayName, gridLayout } = JSON.parse(dashboardJson);
    const lines = gridLayout.widgets.map(
      ({ title, xyChart }: { title: string; xyChart: { dataSets: Line[] } }) => [
        title,
        ...xyChart.dataSets.map(({ timeSeriesQuery: { timeSeriesFilter: line } }) => line),
      ],
    );
    const percentile = (which: number) => ({
      filter: metric("request_latencies"),
      aggregation: {
        alignmentPeriod: "60s",
        perSeriesAligner: "ALIGN_DELTA",
        crossSeriesReducer: `REDUCE_PERCENTILE_${which}`,
      },
    });
    expect({ displayName, columns: gridLayout.columns, lines }).toEqual({
      displayName: "Slipway: web-dev",
      columns: "2",
      lines: [
        [
          "Requests per second, by class of status",
          {
            filter: metric("request_count"),
            aggregation: { ...sum, groupByFields: ["metric.label.response_code_class"] },
          },
        ],
        ["Latency in ms: 50, 95 and 99 %", percentile(50), percentile(95), percentile(99)],
        ["Errors per second", { filter: failures, aggregation: sum }],
        [
          "Instances, by state",
          {
            filter: metric("container/instance_count"),
            aggregation: {
              ...sum,
              perSeriesAligner: "ALIGN_MAX",
              groupByFields: ["metric.label.state"],
            },
          },
        ],
      ],
    });
  });

  it("mails its alerts where there is an address", async () => {
    const config = { alerts: { email: "ops@example.com", errors: 1.5, latency: 500 } };
    const result = await made({ config });
    expect(inputsOf(result, types.channel)).toEqual({
      displayName: "Slipway: web-dev",
      type: "email",
      labels: { email_address: "ops@example.com" },
    });
    const notificationChannels = ["projects/acme-dev/notificationChannels/7"];
    expect(inputsOf(result, types.alert, "web-errors")).toMatchObject({
      notificationChannels,
      conditions: [{ conditionThreshold: { thresholdValue: 0.015 } }],
    });
    expect(inputsOf(result, types.alert, "web-latency")).toMatchObject({
      notificationChannels,
      conditions: [{ conditionThreshold: { thresholdValue: 500 } }],
    });
  });
});

interface Line {
  readonly timeSeriesQuery: { readonly timeSeriesFilter: object };
}

describe("access to a Cloud Run service", () => {
  it("is everybody's without a grant where the invoker check is off", async () => {
    const result = await made({ config: { access: "unchecked" } });
    expect(inputsOf(result, types.service)).toEqual({ ...serviceInputs, invokerIamDisabled: true });
    expect(names(result)).toEqual([
      "Service web",
      "AlertPolicy web-errors",
      "AlertPolicy web-latency",
      "Dashboard web",
      "UptimeCheckConfig web",
      "Account web",
      "CloudRun web",
      "CloudRunMonitoring web",
    ]);
  });

  it("is the prover's alone where it is private, by an identity that only an up asks for", async () => {
    const answers = { [token]: { id: "x", idToken: "eyJ-token" } };
    const result = await made({
      config: { access: "private", prover: robot },
      engine: { computed: computed(), answers },
    });
    expect(names(result)).toEqual([
      "Service web",
      "ServiceIamMember web",
      "AlertPolicy web-errors",
      "AlertPolicy web-latency",
      "Dashboard web",
      "Account web",
      "CloudRun web",
      "CloudRunMonitoring web",
    ]);
    expect(inputsOf(result, types.invoker)).toEqual({
      ...publicInvoker.inputs,
      member: `serviceAccount:${robot}`,
    });
    expect(result.invokes).toEqual([
      [
        token,
        {
          targetServiceAccount: robot,
          targetAudience: "https://web-dev-oiibs6nkdq-ew.a.run.app",
          includeEmail: true,
        },
      ],
    ]);
    expect(result.identityToken).toBe("eyJ-token");
    expect(await pulumi.isSecret(result.target.identityToken as pulumi.Output<string>)).toBe(true);
  });

  it("asks for no identity in a preview", async () => {
    const { invokes, url, revision } = await made({
      config: { access: "private", prover: robot },
      engine: { preview: true },
    });
    expect({ invokes, url, revision }).toEqual({
      invokes: [],
      url: undefined,
      revision: undefined,
    });
  });
});

describe("the variables of a Cloud Run service", () => {
  const ref = "projects/acme-vault/secrets/key/versions/4";

  it("are sorted, and a secret is read from Secret Manager by its version", async () => {
    const result = await made({
      env: {
        zone: { plain: "z" },
        TOKEN: { secret: pulumi.output("hunter2") },
        FOREIGN: { ref },
        Alpha: { plain: "" },
        OTHER: { ref: "key:2" },
      },
    });
    const [container] = (inputsOf(result, types.service) as typeof serviceInputs).template
      .containers;
    const from = (name: string, secret: string, version: string) => ({
      name,
      valueSource: { secretKeyRef: { secret, version } },
    });
    expect(container?.envs).toEqual([
      { name: "Alpha", value: "" },
      from("FOREIGN", "projects/acme-vault/secrets/key", "4"),
      from("OTHER", "key", "2"),
      from("TOKEN", "web-dev-TOKEN", "3"),
      { name: "zone", value: "z" },
    ]);
    const member = `serviceAccount:${account}`;
    const role = "roles/secretmanager.secretAccessor";
    const kept = result.resources.filter(({ type }) => type.startsWith("gcp:secretmanager/"));
    expect(kept).toEqual([
      child(types.secret, { secretId: "web-dev-TOKEN", replication: { auto: {} } }, "web-TOKEN"),
      child(types.grant, { secretId: "web-dev-TOKEN", role, member }, "web-TOKEN"),
      child(
        types.grant,
        { secretId: "key", role, member, project: "acme-vault" },
        "web.acme-vault.key",
      ),
      child(types.grant, { secretId: "key", role, member }, "web.key"),
      child(
        types.version,
        {
          secret: "web-TOKEN-id",
          secretData: { secret: "hunter2" },
          deletionPolicy: "ABANDON",
        },
        "web-TOKEN",
      ),
    ]);
  });

  it("are readable before the service is made", async () => {
    const { dependencies } = await made({
      env: { TOKEN: { secret: pulumi.output("hunter2") }, FOREIGN: { ref } },
    });
    expect(dependencies[`${types.service} web`]?.toSorted()).toEqual([
      urnWithin(types.secret, "web-TOKEN"),
      urnWithin(types.grant, "web-TOKEN"),
      urnWithin(types.grant, "web.acme-vault.key"),
      urnWithin(types.version, "web-TOKEN"),
      urnWithin(types.account),
    ]);
  });

  it("grant a secret once however many of them read it", async () => {
    const env = { A: { ref: "key:1" }, B: { ref: "key:2" }, C: { ref } };
    const grants = (await made({ env })).resources.filter(({ type }) => type === types.grant);
    expect(grants.map(({ name }) => name)).toEqual(["web.acme-vault.key", "web.key"]);
  });
});

describe("what a Cloud Run service serves", () => {
  const failed = {
    latestCreatedRevision: revision(2),
    terminalConditions: [
      { type: "Ready", state: "CONDITION_FAILED", message: "The container\nfailed to start." },
    ],
    conditions: [
      { type: "ConfigurationsReady", message: "The container failed to start." },
      { type: "RoutesReady", message: "" },
    ],
  };
  const wayOut = `${advice}, mend it and deliver again, or try the same once more with SLIPWAY_RETRY=on`;

  it("fails while it is not the revision that was made last", async () => {
    const run = made({ service: failed });
    await expect(run).rejects.toThrow(
      new pulumi.RunError(
        `web: revision web-dev-00002-abc did not become ready and web-dev-00001-abc still serves, because: The container failed to start; ${wayOut}`,
      ),
    );
  });

  it("fails when the first revision never served", async () => {
    const run = made({
      service: { ...failed, latestReadyRevision: "", conditions: [], terminalConditions: [] },
    });
    await expect(run).rejects.toThrow(
      new pulumi.RunError(
        `web: revision web-dev-00002-abc did not become ready and nothing serves; ${wayOut}`,
      ),
    );
  });

  it("fails while the service has another image than the one that was asked for", async () => {
    const before = image.replaceAll("1", "2");
    const run = made({ service: { template: { containers: [{ image: before }] } } });
    await expect(run).rejects.toThrow(
      new pulumi.RunError(
        `web: Cloud Run refused an earlier change and runs ${before}, not ${image}; deliver again`,
      ),
    );
  });

  const revisionServed = "Cloud Run serves revision web-dev-00001-abc";

  it.each([
    { message: "", explained: `${revisionServed}; ${advice}` },
    {
      message: "Slow to route.",
      explained: `${revisionServed}, and says: Slow to route; ${advice}`,
    },
  ])(
    "is explained by where its log is and what the platform says: $message",
    async ({ message, explained }) => {
      const conditions = [{ type: "RoutesReady", message }];
      const { target, revision } = await made({ service: { conditions } });
      expect(await target.explain(revision)).toBe(explained);
    },
  );
});
