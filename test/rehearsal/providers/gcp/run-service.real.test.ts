import { setTimeout as pause } from "node:timers/promises";
import { Service, type ServiceArgs } from "@pulumi/gcp/cloudrunv2/service.js";
import { ServiceIamMember } from "@pulumi/gcp/cloudrunv2/serviceIamMember.js";
import { Secret } from "@pulumi/gcp/secretmanager/secret.js";
import { SecretIamMember } from "@pulumi/gcp/secretmanager/secretIamMember.js";
import { SecretVersion } from "@pulumi/gcp/secretmanager/secretVersion.js";
import { Account } from "@pulumi/gcp/serviceaccount/account.js";
import { getAccountIdTokenOutput } from "@pulumi/gcp/serviceaccount/getAccountIdToken.js";
import { secret } from "@pulumi/pulumi";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { isAllowed, routeOf } from "../../../../rehearsal/cloud/routes.ts";
import { assumeAccount } from "../../../../rehearsal/providers/gcp/account.ts";
import { docker } from "../../engine.ts";
import { type AppImage, appImage } from "./app-image.ts";
import { project, type RehearsedCloud, region, rehearsedCloud } from "./rehearsed-cloud.ts";

// Cloud Run through the real engines of Pulumi and Docker.

let app: AppImage;
let image: string;
let at: RehearsedCloud;

beforeAll(async () => {
  app = await appImage();
  image = await app.push(`gcr.io/${project}/web`);
});
afterAll(() => app?.remove());
beforeEach(async () => {
  at = await rehearsedCloud({ registry: app.registry });
  at.cloud.put("gcp/repository", `projects/${project}/locations/us/repositories/gcr.io`, {
    mode: "STANDARD_REPOSITORY",
    format: "DOCKER",
  });
});
afterEach(() => at?.dispose());

const id = `projects/${project}/locations/${region}/services/web`;

interface Web {
  readonly env?: Readonly<Record<string, string>>;
  readonly memory?: string;
  /** Makes another revision of the same. */
  readonly attempt?: number;
  readonly args?: Partial<ServiceArgs>;
}

function makeWeb({ env = {}, memory = "128Mi", attempt = 1, args = {} }: Web): Service {
  const startupProbe = {
    periodSeconds: 1,
    // What never answers need not be waited for; what does may be slow where much else runs.
    failureThreshold: ["elsewhere", "loopback", "unhealthy"].includes(env.MODE ?? "") ? 3 : 30,
    httpGet: { path: "/" },
  };
  const resources = { limits: { cpu: "1", memory } };
  const envs = Object.entries(env).map(([name, value]) => ({ name, value }));
  return new Service("web", {
    name: "web",
    location: region,
    deletionProtection: false,
    template: {
      annotations: { attempt: String(attempt) },
      containers: [{ image, envs, resources, startupProbe }],
    },
    ...args,
  });
}

const web =
  (options: Web = {}) =>
  async () => {
    const { uri } = makeWeb(options);
    return { uri };
  };

function grant(name: string, member: string): ServiceIamMember {
  return new ServiceIamMember(name, {
    name: "web",
    location: region,
    role: "roles/run.invoker",
    member,
  });
}

const outputs = () => at.state("web")?.outputs ?? {};
const route = () => routeOf(at.cloud, new URL(String(outputs().uri)).host);
const asked = async (): Promise<string> =>
  (await fetch(`http://127.0.0.1:${route()?.port}`)).text();
const short = (path: unknown) => String(path).split("/").at(-1);

test("a good service serves, a broken one leaves it serving, and the same program again is content", async () => {
  const made = await at.up(web({ env: { VERSION: "one" } }));
  expect(made.errors).toEqual({});
  const first = short(outputs().latestReadyRevision);
  expect(first).toMatch(/^web-00001-\w{3}$/);
  expect(await asked()).toBe(`one 8080 web ${first} web `);

  const broken = [
    ["crash", "the container ended with exit code 3"],
    ["hungry", "the container "],
    ["elsewhere", "no answer within 3 s"],
    ["loopback", "no answer within 3 s"],
    ["unhealthy", "status 500 at / within 3 s"],
  ];
  for (const [mode = "", why] of broken) {
    const { succeeded, errors } = await at.up(web({ env: { VERSION: "two", MODE: mode } }));
    expect(succeeded).toBe(false);
    expect(errors.web).toContain(
      "Error waiting for Updating Service: Error code 9, message: Revision 'web-0000",
    );
    expect(errors.web).toContain(`failed the configured startup probe checks (${why}`);
    expect(await asked()).toMatch(/^one /);
  }
  expect(at.state("web")?.initErrors).toHaveLength(1);

  const again = await at.up(web({ env: { VERSION: "two", MODE: "unhealthy" } }));
  expect(again).toMatchObject({ succeeded: true, steps: ["update web"], errors: {} });
  expect(at.state("web")?.initErrors).toBeUndefined();
  expect(short(outputs().latestReadyRevision)).toBe(first);
  expect(short(outputs().latestCreatedRevision)).toMatch(/^web-00006-/);
  expect(outputs()).toMatchObject({
    generation: "6",
    observedGeneration: "1",
    terminalConditions: [{ type: "Ready", state: "CONDITION_FAILED" }],
  });
  expect(await asked()).toMatch(/^one /);

  const attempt = await at.up(web({ env: { VERSION: "two" }, attempt: 2 }));
  expect(attempt.errors).toEqual({});
  expect(await asked()).toMatch(/^two 8080 web web-00007-/);
  expect(outputs()).toMatchObject({ generation: "7", observedGeneration: "7" });
  expect(await containers()).toHaveLength(1);
  expect((await at.destroy()).errors).toEqual({});
  expect(await containers()).toEqual([]);
});

test("a first revision that fails leaves the service in the state, and the next program heals it", async () => {
  const { errors } = await at.up(web({ env: { MODE: "crash" } }));
  expect(errors.web).toContain(
    "Error waiting to create Service: Error waiting for Creating Service: Error code 9",
  );
  expect(at.state("web")).toMatchObject({ id, initErrors: [expect.any(String)] });
  expect(outputs()).toMatchObject({
    latestCreatedRevision: expect.stringContaining("/revisions/web-00001-"),
    latestReadyRevision: "",
    trafficStatuses: [],
  });
  expect(route()).toBeUndefined();
  expect(await at.up(web())).toMatchObject({
    succeeded: true,
    steps: ["update web: template.containers[0].envs"],
  });
  expect(await asked()).toMatch(/^ 8080 web web-00002-/);
});

test("an app is never without an answer while a revision takes another's place", async () => {
  await at.up(web({ env: { VERSION: "one" } }));
  const host = new URL(String(outputs().uri)).host;
  const seen = new Set<string>();
  let asking = true;
  const asker = (async () => {
    for (; asking; await pause(5)) {
      const answer = await fetch(`http://127.0.0.1:${routeOf(at.cloud, host)?.port}`).catch(String);
      seen.add(typeof answer === "string" ? answer : (await answer.text()).slice(0, 3));
    }
  })();
  const updated = await at.up(web({ env: { VERSION: "two" } })).finally(() => {
    asking = false;
  });
  await asker;
  expect(updated.errors).toEqual({});
  expect([...seen]).toEqual(["one", "two"]);
});

test("it reads back as the platform fills it in, and is left alone when nothing changes", async () => {
  const program = async () => {
    new Service("web", {
      name: "web",
      location: region,
      deletionProtection: false,
      template: { containers: [{ image }] },
    });
  };
  expect((await at.up(program)).errors).toEqual({});
  expect(outputs()).toMatchObject({
    uri: expect.stringMatching(/^https:\/\/web-[a-z0-9]{10}-ew\.a\.run\.app$/),
    urls: [expect.stringMatching(/^https:\/\/web-\d{12}\.europe-west1\.run\.app$/), outputs().uri],
    ingress: "INGRESS_TRAFFIC_ALL",
    launchStage: "GA",
    generation: "1",
    observedGeneration: "1",
    traffics: [
      { type: "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", percent: 100, revision: "", tag: "" },
    ],
    template: {
      timeout: "300s",
      maxInstanceRequestConcurrency: 80,
      serviceAccount: expect.stringMatching(/^\d{12}-compute@developer\.gserviceaccount\.com$/),
      scaling: { minInstanceCount: 0, maxInstanceCount: 10 },
      containers: [
        {
          ports: { name: "http1", containerPort: 8080 },
          resources: { limits: { cpu: "1000m", memory: "512Mi" }, cpuIdle: true },
          startupProbe: {
            timeoutSeconds: 240,
            periodSeconds: 240,
            failureThreshold: 1,
            tcpSocket: { port: 8080 },
          },
        },
      ],
    },
  });
  expect((await at.preview(program)).steps).toEqual([]);
  expect((await at.up(program, { refresh: true })).steps).toEqual(["refresh web"]);
});

test("what was changed by hand is put back, what is outside of the template makes no revision, and what stopped is started", async () => {
  await at.up(web({ env: { VERSION: "one" } }));
  const record = at.cloud.get<{ spec: object; serving: { container: string } }>(
    "gcp/run-service",
    id,
  );
  at.cloud.put("gcp/run-service", id, {
    ...record,
    spec: { ...record?.spec, description: "by hand" },
  });
  const described = web({ env: { VERSION: "one" }, args: { annotations: { a: "1" } } });
  const { steps, errors } = await at.up(described, { refresh: true });
  expect(errors).toEqual({});
  expect(steps).toContain("update web: annotations,description");
  expect(at.cloud.get("gcp/run-service", id)).not.toMatchObject({
    spec: { description: "by hand" },
  });
  expect(short(outputs().latestReadyRevision)).toMatch(/^web-00001-/);
  await docker.getContainer(record?.serving.container ?? "").remove({ force: true });
  expect((await at.up(described, { refresh: true })).errors).toEqual({});
  expect(await asked()).toMatch(/^one /);
});

test("a refused change shows in the next refresh, and a protected service is not destroyed", async () => {
  const protect = (description: string) => web({ args: { deletionProtection: true, description } });
  await at.up(protect("good"));
  const { errors } = await at.up(protect("x".repeat(513)));
  expect(errors.web).toContain(
    `Error updating Service "${id}": googleapi: Error 400: description: may have at most 512 characters`,
  );
  expect((await at.up(protect("x".repeat(513)))).succeeded).toBe(true);
  expect((await at.up(protect("good"), { refresh: true })).succeeded).toBe(true);
  expect(outputs().description).toBe("good");
  const destroyed = await at.destroy();
  expect(destroyed.errors.web).toContain(
    "cannot destroy service without setting deletion_protection=false",
  );
  expect(await asked()).toMatch(/^ 8080 web /);
});

test("the name of a revision cannot be given to another one", async () => {
  const named = (timeout: string) => async () => {
    const template = { revision: "web-a", timeout, containers: [{ image }] };
    new Service("web", { name: "web", location: region, deletionProtection: false, template });
  };
  expect((await at.up(named("60s"))).errors).toEqual({});
  expect(short(outputs().latestReadyRevision)).toBe("web-a");
  expect((await at.up(named("61s"))).errors.web).toContain(
    "Error 409: Revision named 'web-a' with different configuration already exists.",
  );
});

test("only who was let in may ask, and a token lets in whose account was", async () => {
  const prover = `prover@${project}.iam.gserviceaccount.com`;
  assumeAccount(at.cloud, prover);
  await at.up(web());
  expect(route()).toMatchObject({ public: false });
  const proven = await at.up(async () => {
    const { uri } = makeWeb({});
    const may = grant("prover", `serviceAccount:${prover}`);
    const { idToken } = getAccountIdTokenOutput(
      { targetAudience: uri, targetServiceAccount: prover },
      { dependsOn: may },
    );
    return { uri, idToken };
  });
  const uri = String(proven.outputs.uri?.value);
  expect(isAllowed(at.cloud, String(proven.outputs.idToken?.value), uri)).toBe(true);
  expect(isAllowed(at.cloud, String(proven.outputs.idToken?.value), "https://elsewhere")).toBe(
    false,
  );
  await at.up(async () => {
    makeWeb({});
    grant("anybody", "allUsers");
  });
  expect(route()).toMatchObject({ public: true });
  await at.up(web());
  expect(route()).toMatchObject({ public: false });
  await at.up(web({ args: { invokerIamDisabled: true } }));
  expect(route()).toMatchObject({ public: true });
});

test("a secret is read by its version as the runtime's account, and is told nowhere", async () => {
  const canary = "canary-7f3a9c";
  const program = (value: string, mode: string) => async () => {
    const account = new Account("runner", { accountId: "runner" });
    const token = new Secret("token", { secretId: "token", replication: { auto: {} } });
    const version = new SecretVersion("token", { secret: token.id, secretData: secret(value) });
    const access = new SecretIamMember("token", {
      secretId: token.secretId,
      role: "roles/secretmanager.secretAccessor",
      member: account.member,
    });
    const secretKeyRef = { secret: token.secretId, version: version.version };
    const startupProbe = { periodSeconds: 1, failureThreshold: 30, httpGet: { path: "/" } };
    new Service(
      "web",
      {
        name: "web",
        location: region,
        deletionProtection: false,
        template: {
          serviceAccount: account.email,
          containers: [
            {
              image,
              startupProbe,
              envs: [
                { name: "MODE", value: mode },
                { name: "TOKEN", valueSource: { secretKeyRef } },
              ],
            },
          ],
        },
      },
      { dependsOn: access },
    );
  };
  expect((await at.up(program(canary, "good"))).errors).toEqual({});
  expect(await asked()).toMatch(new RegExp(` ${canary}$`));
  const { errors } = await at.up(program(`${canary}-2`, "crash"));
  expect(errors.web).toContain("its last words: starting crash ***");
  expect(JSON.stringify(errors)).not.toContain(canary);
  expect(at.stateFile()).not.toContain(canary);
  expect(await asked()).toMatch(new RegExp(` ${canary}$`));
});

/** The containers of this test's service. */
function containers() {
  const label = ["slipway.service=web", `slipway.rehearsal=${at.stack}`];
  return docker.listContainers({ all: true, filters: { label } });
}
