import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readCommit } from "../../../infra/commit.ts";
import corridor from "../../../infra/index.ts";
import type { Resource } from "../../../infra/policy/rule.ts";
import { rules } from "../../../infra/policy/rules.ts";
import { stackFacts } from "../../../infra/policy/stack-facts.ts";
import { groundOf, shipped } from "../ground/make-ground.ts";
import { type MockEngineArgs, mockEngine, settled } from "../mock-engine.ts";
import { outsideRegistry } from "../registries/outside.ts";
import { setStackConfig } from "../stack-config.ts";
import { asked, judge } from "./judge.ts";

vi.mock("../../../infra/commit.ts");

const commit = "0123456789abcdef0123456789abcdef01234567";
const manifest = {
  type: "application/vnd.docker.distribution.manifest.v2+json",
  content: Buffer.from("{}"),
};
const solutionStack = "aws:elasticbeanstalk/getSolutionStack:getSolutionStack";

beforeEach(() => {
  vi.mocked(readCommit)
    .mockReset()
    .mockReturnValue({ id: commit, branch: "main", differences: [] });
  vi.stubEnv("GCP_SERVICE_KEY", '{"type":"service_account"}');
  vi.stubEnv("DOCKERHUB_USERNAME", "somebody");
  vi.stubEnv("DOCKERHUB_PASSWORD", "something");
  vi.stubEnv("SLIPWAY_PROOF", "off");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const account = "web@slipway-staging.iam.gserviceaccount.com";
const revision = "projects/slipway-staging/locations/europe-west1/services/web/revisions/web-1";

/** What the clouds answer, as far as the program reads it. */
const computed: NonNullable<MockEngineArgs["computed"]> = {
  "gcp:serviceaccount/account:Account": () => ({
    email: account,
    member: `serviceAccount:${account}`,
  }),
  "gcp:cloudrunv2/service:Service": () => ({
    uri: "https://web-staging-oiibs6nkdq-ew.a.run.app",
    latestCreatedRevision: revision,
    latestReadyRevision: revision,
    terminalConditions: [],
    conditions: [],
  }),
  "aws:elasticbeanstalk/applicationVersion:ApplicationVersion": () => ({ name: "web-1" }),
  "aws:elasticbeanstalk/environment:Environment": () => ({
    cname: "web.eba-abcdefgh.eu-west-1.elasticbeanstalk.com",
    allSettings: [],
  }),
};

/** Everything that the program asks for when a stack is previewed, or made for the first time. */
async function wholeStack(values: Record<string, unknown>, preview: boolean): Promise<Resource[]> {
  if (values.ground) return (await groundOf(values.ground, { preview })).resources.map(asked);
  const { hold } = await outsideRegistry();
  const { resources } = await mockEngine({
    preview,
    computed,
    push: (imageName) => {
      const [, path = "", tag] = /^[^/]+\/(.+):([^:]+)$/.exec(imageName) ?? [];
      return `${imageName.replace(/:[^:/]+$/, "")}@${hold(path, manifest, tag)}`;
    },
    answers: { [solutionStack]: { name: "64bit Amazon Linux 2023 v4.13.1 running Docker" } },
  });
  setStackConfig(values);
  await Promise.all(Object.values(await corridor()).map(settled));
  await pulumi.runtime.disconnect();
  return resources.map(asked);
}

function factsOf(stack: string, values: Record<string, unknown>) {
  const texts = Object.entries(values).map(
    ([key, value]) => [`slipway:${key}`, JSON.stringify(value)] as const,
  );
  const config = new Map(texts);
  // Under the mocks every stack is called dev, and so are its services.
  return { ...stackFacts(stack, config), names: stackFacts("dev", config).names };
}

const stacks: [stack: string, least: string[]][] = [
  ["dev", ["docker:index/container:Container", "docker:index/image:Image"]],
  ["staging", ["docker:index/image:Image", "gcp:cloudrunv2/service:Service"]],
  [
    "production",
    ["aws:elasticbeanstalk/environment:Environment", "aws:s3/bucketObjectv2:BucketObjectv2"],
  ],
  ["ground", ["aws:iam/rolePolicy:RolePolicy", "gcp:projects/iAMMember:IAMMember"]],
];

describe.each(stacks)("the shipped stack %s", (stack, least) => {
  it.each([true, false])("breaks no rule (in a preview: %s)", async (preview) => {
    const values = shipped(stack);
    const resources = await wholeStack(values, preview);
    const types = new Set(resources.map(({ type }) => type));
    expect(least.filter((type) => !types.has(type))).toEqual([]);
    expect(judge(resources, factsOf(stack, values))).toEqual([]);
  });
});

/** A shipped stack with one thing changed, in its file or in what the program made of it. */
interface Fault {
  readonly stack: string;
  readonly target?: object;
  readonly env?: object;
  readonly plant?: (resource: Resource) => Resource | undefined;
  /** What the file is said to ask for instead. */
  readonly asks?: object;
  readonly told: readonly string[];
}

const changing =
  (type: string, props: object) =>
  (resource: Resource): Resource =>
    resource.type === type ? { ...resource, props: { ...resource.props, ...props } } : resource;

const service = "gcp:cloudrunv2/service:Service";
const invoker = "gcp:cloudrunv2/serviceIamMember:ServiceIamMember";
const environment = "aws:elasticbeanstalk/environment:Environment";
const block = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const member = "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember";

const faults: [name: string, Fault][] = [
  [
    "an image by its tag",
    {
      stack: "staging",
      plant: changing(service, { template: { containers: [{ image: "gcr.io/acme/web:1" }] } }),
      told: [`image-by-digest: ${service} web: gcr.io/acme/web:1 is no image by digest`],
    },
  ],
  [
    "a service that is open without being asked",
    {
      stack: "staging",
      asks: { access: "private" },
      told: [`nothing-public: ${invoker} web: roles/run.invoker is given to allUsers`],
    },
  ],
  [
    "a bucket that is not closed",
    {
      stack: "ground",
      plant: (resource) => (resource.type === block ? undefined : resource),
      told: ["closed-buckets: the bucket bundles does not block public access"],
    },
  ],
  [
    "a role that may do everything",
    {
      stack: "ground",
      plant: (resource) =>
        resource.name === "deploy-us-gcr.io"
          ? changing(member, { role: "roles/owner" })(resource)
          : resource,
      told: [`least-rights: ${member} deploy-us-gcr.io: roles/owner is given`],
    },
  ],
  [
    "a credential in clear",
    {
      stack: "production",
      env: { API_TOKEN: "hunter2" },
      told: [`no-plain-secrets: ${environment} web: API_TOKEN is set in clear`],
    },
  ],
  [
    "an environment that a mistake may delete",
    {
      stack: "production",
      target: { protect: false },
      told: [`protected-in-production: ${environment} web: protect is not set`],
    },
  ],
];

describe("a fault in a whole stack", () => {
  it.each(faults)("is told with its rule's name: %s", async (_name, fault) => {
    const { stack, target = {}, env = {}, asks, plant = (resource) => resource, told } = fault;
    const values = changed(shipped(stack), target, env);
    const resources = await wholeStack(values, true);
    const planted = resources.map(plant).filter((resource) => resource !== undefined);
    const facts = factsOf(stack, asks ? changed(values, asks, {}) : values);
    expect(judge(planted, facts)).toEqual(told);
  });

  it("is planted for every rule", () => {
    const named = faults.map(([, { told }]) => told[0]?.split(":")[0]).toSorted();
    expect(named).toEqual(rules.map(({ name }) => name));
  });
});

function changed(
  values: Record<string, unknown>,
  target: object,
  env: object,
): Record<string, unknown> {
  if (!values.services) return values;
  const { web } = values.services as { web: { target: object; env: object } };
  const other = { ...web, target: { ...web.target, ...target }, env: { ...web.env, ...env } };
  return { ...values, services: { web: other } };
}
