import { describe, expect, it } from "vitest";
import { incompatibilities } from "../../infra/compatibility.ts";
import { parse } from "../../infra/config/schema.ts";

const registries = {
  local: { kind: "local" },
  "docker-hub": { kind: "docker-hub", namespace: "acme" },
  "private docker-hub": { kind: "docker-hub", namespace: "acme", private: true },
  "private docker-hub through a remote repository": {
    kind: "docker-hub",
    namespace: "acme",
    private: true,
    through: { project: "acme-staging", location: "europe-west1", repository: "hub" },
  },
  "artifact-registry": { kind: "artifact-registry", project: "acme-staging", host: "gcr.io" },
  ecr: { kind: "ecr", account: "123456789012", region: "eu-west-1" },
};

const targets = {
  docker: { kind: "docker", port: 8000 },
  "cloud-run": {
    kind: "cloud-run",
    project: "acme-staging",
    region: "europe-west1",
    access: "public",
  },
  "elastic-beanstalk": {
    kind: "elastic-beanstalk",
    account: "123456789012",
    region: "eu-west-1",
    application: "acme",
    access: "public",
  },
};

function refusals(registry: object, target: object, more: object = {}): string[] {
  const source = { context: "app", platform: "linux/amd64" };
  const { values, problems } = parse(
    { services: { web: { source, registry, target, ...more } } },
    {},
  );
  expect(problems).toEqual([]);
  return Object.entries(values?.services ?? {}).flatMap(([name, service]) =>
    incompatibilities(name, service),
  );
}

const local =
  "slipway:services.web.registry: this machine's own registry cannot be reached by a cloud; use docker-hub, artifact-registry or ecr";

/** What is said of the pairs that do not fit, registry first; every other pair fits. */
const refused: Record<string, string> = {
  "local to cloud-run": local,
  "local to elastic-beanstalk": local,
  "private docker-hub to cloud-run":
    "slipway:services.web.registry: Cloud Run cannot log in to Docker Hub, and the repository is private; let ground make a remote repository with dockerHub and name it with registry.through, or use artifact-registry",
  "private docker-hub through a remote repository to docker":
    "slipway:services.web.registry.through: docker pulls from Docker Hub itself; take it out",
  "private docker-hub through a remote repository to elastic-beanstalk":
    "slipway:services.web.registry.through: elastic-beanstalk pulls from Docker Hub itself; take it out",
  "ecr to cloud-run":
    "slipway:services.web.registry: Cloud Run cannot pull from ECR; use artifact-registry, or docker-hub",
  "artifact-registry to elastic-beanstalk":
    "slipway:services.web.registry: Elastic Beanstalk could pull from Artifact Registry only with a key that never expires; use ecr, or docker-hub",
};

const pairs = Object.entries(registries).flatMap(([from, registry]) =>
  Object.entries(targets).map(([to, target]) => ({ pair: `${from} to ${to}`, registry, target })),
);

describe("whether a registry can feed a target", () => {
  it.each(pairs)("$pair", ({ pair, registry, target }) => {
    expect(refusals(registry, target)).toEqual(refused[pair] ? [refused[pair]] : []);
  });
});

describe("whether a service can run on a target", () => {
  it.each([
    [{ context: "app" }, "the engine's own platform"],
    [{ context: "app", platform: "linux/arm64" }, "linux/arm64"],
  ])("is said of the platform of %j", (source, found) => {
    expect(refusals(registries["docker-hub"], targets["cloud-run"], { source })).toEqual([
      `slipway:services.web.source.platform: cloud-run runs linux/amd64 and this builds for ${found}; set it to linux/amd64`,
    ]);
  });

  it("is said of secrets that only a cloud keeps", () => {
    const env = { TOKEN: { ref: "projects/acme-staging/secrets/token/versions/3" } };
    expect(refusals(registries.local, targets.docker, { env })).toEqual([
      "slipway:services.web.env.TOKEN: the Docker engine keeps no secrets to refer to; write {secret: NAME of one of slipway:secrets}",
    ]);
  });
});

describe("whether a target keeps data", () => {
  const data = { path: "/data" };

  it("is not said of an engine", () => {
    expect(refusals(registries["docker-hub"], targets.docker, { data })).toEqual([]);
  });

  it.each([
    ["cloud-run", "Cloud Run"],
    ["elastic-beanstalk", "Elastic Beanstalk"],
  ] as const)("is said of %s, with the way out", (target, name) => {
    expect(refusals(registries["docker-hub"], targets[target], { data })).toEqual([
      `slipway:services.web.data: ${name} keeps nothing that an instance writes to its disk; take it out, and let DATABASE_URL in env name a database`,
    ]);
  });

  it("is said of an environment that is adopted, whose variables are its own", () => {
    const adopted = { ...targets["elastic-beanstalk"], environment: "acme-prod" };
    expect(refusals(registries["docker-hub"], adopted, { data })).toEqual([
      "slipway:services.web.data: Elastic Beanstalk keeps nothing that an instance writes to its disk; take it out, and let DATABASE_URL in the variables of acme-prod name a database",
    ]);
  });
});

describe("whether a target may pull from another project or account", () => {
  const gcr = registries["artifact-registry"];
  const hub = registries["private docker-hub through a remote repository"];
  const through = (more: object) => ({ ...hub, through: { ...hub.through, ...more } });
  const project = "acme-images";
  const grant =
    "Cloud Run of acme-staging may not pull from acme-images; use a repository of acme-staging, or grant roles/artifactregistry.reader on this one to service-NUMBER_OF_acme-staging@serverless-robot-prod.iam.gserviceaccount.com and set shared to true here";
  const useless = "no other project has to be let in here; take it out";

  it.each<[what: string, registry: object, target: keyof typeof targets, refusals: string[]]>([
    ["another project", { ...gcr, project }, "cloud-run", [`.project: ${grant}`]],
    [
      "another project that says no",
      { ...gcr, project, shared: false },
      "cloud-run",
      [`.project: ${grant}`],
    ],
    ["another project that is shared", { ...gcr, project, shared: true }, "cloud-run", []],
    [
      "its own project, said to be shared",
      { ...gcr, shared: true },
      "cloud-run",
      [`.shared: ${useless}`],
    ],
    ["another project for an engine", { ...gcr, project }, "docker", []],
    [
      "a shared one for an engine",
      { ...gcr, project, shared: true },
      "docker",
      [`.shared: ${useless}`],
    ],
    [
      "another project's remote repository",
      through({ project }),
      "cloud-run",
      [`.through.project: ${grant}`],
    ],
    ["a shared remote repository", through({ project, shared: true }), "cloud-run", []],
    [
      "another account",
      { ...registries.ecr, account: "210987654321" },
      "elastic-beanstalk",
      [
        ".account: a run has credentials of one account, and the target is in 123456789012; use a repository of that one",
      ],
    ],
    [
      "another region of the account",
      { ...registries.ecr, region: "eu-west-3" },
      "elastic-beanstalk",
      [],
    ],
    ["another account for an engine", { ...registries.ecr, account: "210987654321" }, "docker", []],
  ])("is said of %s", (_what, registry, target, found) => {
    expect(refusals(registry, targets[target])).toEqual(
      found.map((refusal) => `slipway:services.web.registry${refusal}`),
    );
  });
});
