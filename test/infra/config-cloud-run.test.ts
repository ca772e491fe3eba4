import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { cloudRun } from "../../infra/config/cloud-run.ts";
import { parseSecretReference } from "../../infra/config/cloud-run-env.ts";
import { problemsOf, serviceWith } from "./stack-config.ts";

const least = { kind: "cloud-run", project: "acme-dev", region: "europe-west1", access: "public" };
const onCloudRun = (parts: object) => serviceWith({ target: { ...least, ...parts } });
const withEnv = (env: object) => serviceWith({ target: least, env });
const prover = "prover@acme-dev.iam.gserviceaccount.com";
const web = "slipway:services.web";
const target = `${web}.target`;

beforeEach(() => {
  for (const name of ["GCP_PROJECT_ID", "GCP_REGION"]) vi.stubEnv(name, undefined);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("a configuration for Cloud Run that is accepted", () => {
  it("has its defaults filled in", () => {
    expect(cloudRun.parse(least)).toEqual({
      ...least,
      containerPort: 8080,
      cpu: 1,
      memory: 512,
      concurrency: 80,
      instances: { min: 0, max: 10 },
      timeout: 300,
      health: { path: "/", startup: 60 },
      protect: true,
      alerts: { errors: 5, latency: 2_000 },
    });
  });

  it.each([
    { cpu: 0.08, memory: 128, concurrency: 1 },
    { cpu: 0.5, memory: 1_024, concurrency: 1 },
    { cpu: 0.999, memory: 512, concurrency: 1 },
    { cpu: 1, memory: 4_096 },
    { cpu: 2, memory: 8_192 },
    { cpu: 4, memory: 2_048 },
    { cpu: 4, memory: 16_384 },
    { cpu: 6, memory: 4_096 },
    { cpu: 6, memory: 24_576 },
    { cpu: 8, memory: 32_768 },
    { instances: { min: 3, max: 3 } },
    { health: { path: "/health", startup: 240 } },
    { timeout: 3_600 },
    { access: "unchecked" },
    { access: "private", prover },
    { access: "private", prover: "123456-compute@developer.gserviceaccount.com" },
    { protect: false, alerts: { email: "ops@example.com", errors: 0.1, latency: 1 } },
  ])("such as %j", (parts) => {
    expect(problemsOf(onCloudRun(parts))).toEqual([]);
  });

  it("takes variables in clear, secrets, and secrets that exist", () => {
    const env = {
      A: "",
      B: "x".repeat(32_768),
      K: "",
      TOKEN: { secret: "token" },
      OLD: { ref: "projects/acme-vault/secrets/key/versions/4" },
      OTHER: { ref: "key:1" },
    };
    expect(problemsOf({ ...withEnv(env), secrets: { token: "x" } }, ["secrets"])).toEqual([]);
  });
});

describe("a configuration for Cloud Run that is refused", () => {
  const noCores = (cpu: number) =>
    `${target}.cpu: ${cpu} cores are not to be had; use 1, 2, 4, 6, 8, or 0.08 to less than 1`;
  const tooMuch = (memory: number, cores: number, cpu: number, above: number) =>
    `${target}.memory: ${memory} MiB need ${cores} cores or more, and cpu is ${cpu}; set memory to ${above} or less, or cpu to ${cores} or more`;
  const tooLittle = (memory: number, cpu: number, enough: number) =>
    `${target}.memory: ${memory} MiB are too little for ${cpu} cores; set memory to ${enough} or more, or use fewer cores`;
  const noAccount =
    "is no service account; use the e-mail that gcloud iam service-accounts list shows";
  const noVersion =
    "names no version of a secret; write projects/PROJECT/secrets/SECRET/versions/NUMBER, or SECRET:NUMBER";
  const newest =
    "names whatever is newest, so a new value would never roll out; name the version by its number";

  const refused: [values: Record<string, unknown>, ...problems: string[]][] = [
    [
      serviceWith({ target: { kind: "cloud-run" } }),
      `${target}.project: required; set it in the stack file, or as GCP_PROJECT_ID`,
      `${target}.region: required; set it in the stack file, or as GCP_REGION`,
      `${target}.access: required; use one of public, unchecked, private`,
    ],
    [
      onCloudRun({ region: "europe-west2-a" }),
      `${target}.region: "europe-west2-a" is a zone; use its region, europe-west2`,
    ],
    [
      onCloudRun({ region: "europe" }),
      `${target}.region: "europe" is no region; use one such as europe-west1`,
    ],
    [
      onCloudRun({ project: "Acme" }),
      `${target}.project: "Acme" is no project id; use the 6 to 30 lower-case letters, digits and - that gcloud projects list shows`,
    ],
    [
      onCloudRun({ access: "open" }),
      `${target}.access: "open" is not one of the choices; use one of public, unchecked, private`,
    ],
    [
      onCloudRun({ access: "private" }),
      `${target}.prover: required where access is private; set it to the service account whose identity the proof shows`,
    ],
    [
      onCloudRun({ prover }),
      `${target}.prover: is of no use where access is public; take it out, or set access to private`,
    ],
    [
      onCloudRun({ access: "private", prover: "me@example.com" }),
      `${target}.prover: "me@example.com" ${noAccount}`,
    ],
    [onCloudRun({ containerPort: 0 }), `${target}.containerPort: 0 is too small; use 1 or more`],
    [
      onCloudRun({ containerPort: 65_536 }),
      `${target}.containerPort: 65536 is too big; use 65535 or less`,
    ],
    [onCloudRun({ cpu: 3 }), noCores(3)],
    [onCloudRun({ cpu: 1.5 }), noCores(1.5)],
    [onCloudRun({ cpu: 0 }), noCores(0)],
    [onCloudRun({ cpu: 0.07, concurrency: 1 }), noCores(0.07)],
    [onCloudRun({ cpu: 0.08001, concurrency: 1 }), noCores(0.08001)],
    [onCloudRun({ cpu: 16, memory: 32_768 }), noCores(16)],
    [
      onCloudRun({ cpu: "2" }),
      `${target}.cpu: must be a number, and is the text "2"; write it without quotes`,
    ],
    [
      onCloudRun({ cpu: 0.5 }),
      `${target}.concurrency: 80 requests at a time need a whole core, and cpu is 0.5; set concurrency to 1, or cpu to 1 or more`,
    ],
    [onCloudRun({ memory: 127 }), `${target}.memory: 127 is too small; use 128 or more`],
    [
      onCloudRun({ cpu: 8, memory: 32_769 }),
      `${target}.memory: 32769 is too big; use 32768 or less`,
    ],
    [onCloudRun({ cpu: 0.4, memory: 513, concurrency: 1 }), tooMuch(513, 0.5, 0.4, 512)],
    [onCloudRun({ cpu: 0.9, memory: 1_025, concurrency: 1 }), tooMuch(1_025, 1, 0.9, 1_024)],
    [onCloudRun({ memory: 4_097 }), tooMuch(4_097, 2, 1, 4_096)],
    [onCloudRun({ cpu: 2, memory: 8_193 }), tooMuch(8_193, 4, 2, 8_192)],
    [onCloudRun({ cpu: 4, memory: 16_385 }), tooMuch(16_385, 6, 4, 16_384)],
    [onCloudRun({ cpu: 6, memory: 24_577 }), tooMuch(24_577, 8, 6, 24_576)],
    [onCloudRun({ cpu: 4, memory: 2_047 }), tooLittle(2_047, 4, 2_048)],
    [onCloudRun({ cpu: 6, memory: 4_095 }), tooLittle(4_095, 6, 4_096)],
    [onCloudRun({ cpu: 8 }), tooLittle(512, 8, 4_096)],
    [onCloudRun({ concurrency: 0 }), `${target}.concurrency: 0 is too small; use 1 or more`],
    [
      onCloudRun({ concurrency: 1_001 }),
      `${target}.concurrency: 1001 is too big; use 1000 or less`,
    ],
    [
      onCloudRun({ instances: { min: 11 } }),
      `${target}.instances.min: 11 is more than max, 10; set it to 10 or less`,
    ],
    [
      onCloudRun({ instances: { max: 0 } }),
      `${target}.instances.max: 0 is too small; use 1 or more`,
    ],
    [onCloudRun({ timeout: 3_601 }), `${target}.timeout: 3601 is too big; use 3600 or less`],
    [
      onCloudRun({ timeout: 1.5 }),
      `${target}.timeout: must be a whole number, and is 1.5; mend it in the stack file`,
    ],
    [
      onCloudRun({ health: { startup: 241 } }),
      `${target}.health.startup: 241 is too big; use 240 or less`,
    ],
    [
      onCloudRun({ health: { path: "health" } }),
      `${target}.health.path: "health" is no absolute path; begin it with one / and leave out colons, blanks and \\`,
    ],
    [
      onCloudRun({ protect: "no" }),
      `${target}.protect: must be true or false, and is "no"; mend it in the stack file`,
    ],
    [
      onCloudRun({ alerts: { email: "ops" } }),
      `${target}.alerts.email: "ops" is no e-mail address; write it as name@host`,
    ],
    [
      onCloudRun({ alerts: { errors: 100 } }),
      `${target}.alerts.errors: 100 is too big; use 99 or less`,
    ],
    [
      onCloudRun({ alerts: { latency: 0 } }),
      `${target}.alerts.latency: 0 is too small; use 1 or more`,
    ],
    [
      onCloudRun({ zone: "a" }),
      `${target}.zone: unknown key; take it out or use one of kind, project, region, access, prover, containerPort, cpu, memory, concurrency, instances, timeout, health, protect, alerts`,
    ],
    [
      onCloudRun({ cpu: 0.5, memory: 2_048, instances: { min: 2, max: 1 } }),
      `${target}.concurrency: 80 requests at a time need a whole core, and cpu is 0.5; set concurrency to 1, or cpu to 1 or more`,
      tooMuch(2_048, 1, 0.5, 1_024),
      `${target}.instances.min: 2 is more than max, 1; set it to 1 or less`,
    ],
    [
      withEnv({ K_SERVICE: "x" }),
      `${web}.env.K_SERVICE: Cloud Run keeps K_ to itself; choose another name`,
    ],
    [
      withEnv({ A: "é".repeat(16_385) }),
      `${web}.env.A: has 32770 bytes; use the 32768 that Cloud Run takes, or fewer`,
    ],
    [
      withEnv(Object.fromEntries(Array.from({ length: 1_001 }, (_, at) => [`A${at}`, ""]))),
      `${web}.env: has 1001 variables; use the 1000 that Cloud Run takes, or fewer`,
    ],
    [
      withEnv({ A: { ref: "projects/acme-dev/secrets/key/versions/latest" } }),
      `${web}.env.A: "projects/acme-dev/secrets/key/versions/latest" ${newest}`,
    ],
    [withEnv({ A: { ref: "key:latest" } }), `${web}.env.A: "key:latest" ${newest}`],
    ...["key", "key:0", "secrets/key/versions/1", "arn:aws:x", ""].map(
      (ref): [Record<string, unknown>, string] => [
        withEnv({ A: { ref } }),
        `${web}.env.A: "${ref}" ${noVersion}`,
      ],
    ),
    [
      { ...withEnv({ A: { secret: "token" } }), secrets: { token: "" } },
      `${web}.env.A: its secret is empty; give it a value, or take the variable out`,
    ],
    [
      { ...withEnv({ A: { secret: "token" } }), secrets: { token: "x".repeat(32_769) } },
      `${web}.env.A: has 32769 bytes; use the 32768 that Cloud Run takes, or fewer`,
    ],
    [
      { ...withEnv({ ["A".repeat(201)]: { secret: "token" } }), secrets: { token: "x" } },
      `${web}.env.${"A".repeat(201)}: its name has 201 characters; use 200 or fewer for a secret`,
    ],
  ];

  it.each(refused.map(([values, ...problems]) => ({ values, problems })))(
    "$problems.0",
    ({ values, problems }) => {
      expect(problemsOf(values, "secrets" in values ? ["secrets"] : [])).toEqual(problems);
    },
  );
});

describe("a reference to an existing secret", () => {
  it.each([
    [
      "projects/acme-vault/secrets/api_key-1/versions/12",
      { project: "acme-vault", secret: "api_key-1", version: "12" },
    ],
    ["projects/123456/secrets/k/versions/1", { project: "123456", secret: "k", version: "1" }],
    ["k:7", { project: undefined, secret: "k", version: "7" }],
    ["k", undefined],
    ["projects/p/secrets/k/versions/01", undefined],
    ["k:7 ", undefined],
  ])("%s", (reference, expected) => {
    expect(parseSecretReference(reference)).toEqual(expected);
  });
});
