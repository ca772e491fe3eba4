import { describe, expect, it } from "vitest";
import { urnOf } from "../mock-engine.ts";
import { ids, trust } from "./claims.ts";
import { groundOf, inputsOf, named, shipped } from "./make-ground.ts";

const project = "acme-staging";
const google = { project, region: "europe-west1" };
const groundUrn = urnOf("slipway:ground:Google", "google");
const trustUrn = urnOf("slipway:ground:Google$slipway:ground:GoogleTrust", "google");
const providerUrn = urnOf("pulumi:providers:gcp", `google-${project}-europe-west1`);
const repositoryUrn = (name: string) =>
  urnOf("slipway:ground:Google$slipway:ground:ImageRepository", name);
const apiUrn = (name: string) => urnOf("slipway:ground:Google$gcp:projects/service:Service", name);
const account = (access: string) => `slipway-${access}@${project}.iam.gserviceaccount.com`;
const accountPath = (access: string) => `projects/${project}/serviceAccounts/${account(access)}`;

const apis = [
  "artifactregistry",
  "cloudresourcemanager",
  "iam",
  "iamcredentials",
  "monitoring",
  "run",
  "secretmanager",
  "sts",
];

/** A resource below a component, by the explicit provider. */
const child = (type: string, name: string, parent: string, inputs: object) => ({
  type,
  name,
  parent,
  provider: providerUrn,
  inputs,
  options: {},
});
const component = (type: string, name: string, parent = "") => ({
  type,
  name,
  parent,
  provider: "",
  inputs: {},
  options: {},
});

const services = apis.map((name) =>
  child("gcp:projects/service:Service", name, groundUrn, {
    project,
    service: `${name}.googleapis.com`,
    disableOnDestroy: false,
  }),
);

const repository = (name: string, location: string, repositoryId: string, inputs: object = {}) => ({
  ...child("gcp:artifactregistry/repository:Repository", name, repositoryUrn(name), {
    project,
    location,
    repositoryId,
    format: "DOCKER",
    cleanupPolicies: [
      {
        id: "keep-live-and-previous",
        action: "KEEP",
        condition: { tagState: "TAGGED", tagPrefixes: ["live-", "prev-"] },
      },
      { id: "keep-newest", action: "KEEP", mostRecentVersions: { keepCount: 50 } },
      { id: "delete-old", action: "DELETE", condition: { tagState: "ANY", olderThan: "2592000s" } },
    ],
    cleanupPolicyDryRun: false,
    deletionPolicy: "PREVENT",
    ...inputs,
  }),
  options: { deleteBeforeReplace: true, ...("deletionPolicy" in inputs ? {} : { protect: true }) },
});

describe("a Google ground", () => {
  it("is the APIs where nothing else is asked for", async () => {
    const { resources, outputs } = await groundOf({ google });
    expect(resources).toEqual([...services, component("slipway:ground:Google", "google")]);
    expect(outputs).toEqual({ google: { ...google, repositories: [] } });
  });

  it("has repositories, by gcr.io names in the location of each and by names of their own", async () => {
    const repositories = [
      { host: "gcr.io" },
      { host: "eu.gcr.io" },
      { location: "europe-west1", repository: "apps" },
    ];
    const keep = { images: 10, days: 7 };
    const config = { ...google, repositories, keep, protect: false };
    const { resources, outputs, dependencies } = await groundOf({ google: config });
    const inputs = {
      cleanupPolicies: [
        {
          id: "keep-live-and-previous",
          action: "KEEP",
          condition: { tagState: "TAGGED", tagPrefixes: ["live-", "prev-"] },
        },
        { id: "keep-newest", action: "KEEP", mostRecentVersions: { keepCount: 10 } },
        {
          id: "delete-old",
          action: "DELETE",
          condition: { tagState: "ANY", olderThan: "604800s" },
        },
      ],
      deletionPolicy: "DELETE",
    };
    expect(resources).toEqual([
      repository("eu.gcr.io", "europe", "eu.gcr.io", inputs),
      repository("europe-west1-apps", "europe-west1", "apps", inputs),
      repository("gcr.io", "us", "gcr.io", inputs),
      ...services,
      component("slipway:ground:Google", "google"),
      component("slipway:ground:ImageRepository", "eu.gcr.io", groundUrn),
      component("slipway:ground:ImageRepository", "europe-west1-apps", groundUrn),
      component("slipway:ground:ImageRepository", "gcr.io", groundUrn),
    ]);
    expect(dependencies["gcp:artifactregistry/repository:Repository gcr.io"]).toEqual([
      apiUrn("artifactregistry"),
    ]);
    expect(outputs).toEqual({
      google: {
        ...google,
        repositories: [
          `gcr.io/${project}`,
          `eu.gcr.io/${project}`,
          `europe-west1-docker.pkg.dev/${project}/apps`,
        ],
      },
    });
  });

  it("pulls a private Docker Hub through a repository that reads the token as a secret", async () => {
    const dockerHub = { username: "acme", token: { secret: "hub" } };
    const repositories = [{ location: "europe-west1", repository: "hub", dockerHub }];
    const name = "europe-west1-hub";
    const { resources, dependencies } = await groundOf(
      { google: { ...google, repositories } },
      { secrets: { hub: "hunter2" } },
    );
    const parent = repositoryUrn(name);
    const secretId = "slipway-docker-hub-europe-west1-hub";
    const agent = "serviceAccount:service-424242@gcp-sa-artifactregistry.iam.gserviceaccount.com";
    const remote = {
      project,
      location: "europe-west1",
      repositoryId: "hub",
      format: "DOCKER",
      mode: "REMOTE_REPOSITORY",
      remoteRepositoryConfig: {
        description: "Docker Hub",
        dockerRepository: { publicRepository: "DOCKER_HUB" },
        upstreamCredentials: {
          usernamePasswordCredentials: {
            username: "acme",
            passwordSecretVersion: `${name}-id/versions/1`,
          },
        },
      },
    };
    expect(resources).toEqual([
      {
        ...child("gcp:artifactregistry/repository:Repository", name, parent, remote),
        options: { deleteBeforeReplace: true },
      },
      child(
        "gcp:projects/service:Service",
        "artifactregistry",
        groundUrn,
        services[0]?.inputs ?? {},
      ),
      ...services.slice(1),
      child("gcp:projects/serviceIdentity:ServiceIdentity", name, parent, {
        project,
        service: "artifactregistry.googleapis.com",
      }),
      child("gcp:secretmanager/secret:Secret", name, parent, {
        project,
        secretId,
        replication: { auto: {} },
      }),
      child("gcp:secretmanager/secretIamMember:SecretIamMember", name, parent, {
        project,
        secretId,
        role: "roles/secretmanager.secretAccessor",
        member: agent,
      }),
      child("gcp:secretmanager/secretVersion:SecretVersion", name, parent, {
        secret: `${name}-id`,
        secretData: { secret: "hunter2" },
      }),
      component("slipway:ground:Google", "google"),
      component("slipway:ground:ImageRepository", name, groundUrn),
    ]);
    const own = "slipway:ground:ImageRepository";
    expect(dependencies[`gcp:artifactregistry/repository:Repository ${name}`]).toEqual([
      apiUrn("artifactregistry"),
      urnOf(`${own}$gcp:secretmanager/secretIamMember:SecretIamMember`, name),
      urnOf(`${own}$gcp:secretmanager/secretVersion:SecretVersion`, name),
    ]);
  });
});

describe("trust on Google", () => {
  const config = {
    ...google,
    repositories: [{ host: "gcr.io" }],
    trust: { bitbucket: trust.bitbucket },
  };
  const pool = "slipway-bitbucket-87654321";
  const poolPath = `projects/424242/locations/global/workloadIdentityPools/${pool}`;
  const may = (access: string, role: string) =>
    child("gcp:projects/iAMMember:IAMMember", `${access}-${role}`, trustUrn, {
      project,
      role: `roles/${role}`,
      member: `serviceAccount:${account(access)}`,
    });
  const onRepository = (access: string, role: string) =>
    child(
      "gcp:artifactregistry/repositoryIamMember:RepositoryIamMember",
      `${access}-us-gcr.io`,
      trustUrn,
      {
        project,
        location: "us",
        repository: "gcr.io-id",
        role: `roles/artifactregistry.${role}`,
        member: `serviceAccount:${account(access)}`,
      },
    );
  const admits = (access: string) =>
    child("gcp:serviceaccount/iAMMember:IAMMember", `${access}-bitbucket`, trustUrn, {
      serviceAccountId: accountPath(access),
      role: "roles/iam.workloadIdentityUser",
      member: `principalSet://iam.googleapis.com/${poolPath}/attribute.access/${access}`,
    });

  it("is two accounts with the least roles, a pool and who may be which", async () => {
    const { resources, outputs } = await groundOf({ google: config });
    expect(resources).toEqual([
      repository("gcr.io", "us", "gcr.io"),
      onRepository("deploy", "writer"),
      onRepository("preview", "reader"),
      child("gcp:iam/workloadIdentityPool:WorkloadIdentityPool", "bitbucket", trustUrn, {
        project,
        workloadIdentityPoolId: pool,
      }),
      child(
        "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider",
        "bitbucket",
        trustUrn,
        {
          project,
          workloadIdentityPoolId: pool,
          workloadIdentityPoolProviderId: "bitbucket",
          attributeMapping: {
            "google.subject": "assertion.sub",
            "attribute.access": `has(assertion.deploymentEnvironmentUuid) && assertion.deploymentEnvironmentUuid in ['{${ids.production}}'] && has(assertion.branchName) && assertion.branchName in ['main'] ? 'deploy' : 'preview'`,
          },
          attributeCondition: `assertion.repositoryUuid == '{${ids.repository}}'`,
          oidc: {
            issuerUri:
              "https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc",
            allowedAudiences: [`ari:cloud:bitbucket::workspace/${ids.workspace}`],
          },
        },
      ),
      may("deploy", "iam.serviceAccountCreator"),
      may("deploy", "iam.serviceAccountDeleter"),
      may("deploy", "iam.serviceAccountUser"),
      may("deploy", "monitoring.alertPolicyEditor"),
      may("deploy", "monitoring.dashboardEditor"),
      may("deploy", "monitoring.notificationChannelEditor"),
      may("deploy", "monitoring.uptimeCheckConfigEditor"),
      may("deploy", "run.admin"),
      may("deploy", "secretmanager.admin"),
      may("preview", "monitoring.viewer"),
      may("preview", "run.viewer"),
      ...services,
      child("gcp:serviceaccount/account:Account", "slipway-deploy", trustUrn, {
        project,
        accountId: "slipway-deploy",
        displayName: "Slipway: deliveries",
      }),
      child("gcp:serviceaccount/account:Account", "slipway-preview", trustUrn, {
        project,
        accountId: "slipway-preview",
        displayName: "Slipway: previews, read only",
      }),
      admits("deploy"),
      child("gcp:serviceaccount/iAMMember:IAMMember", "deploy-proves", trustUrn, {
        serviceAccountId: accountPath("deploy"),
        role: "roles/iam.serviceAccountOpenIdTokenCreator",
        member: `serviceAccount:${account("deploy")}`,
      }),
      admits("preview"),
      component("slipway:ground:Google", "google"),
      component("slipway:ground:GoogleTrust", "google", groundUrn),
      component("slipway:ground:ImageRepository", "gcr.io", groundUrn),
    ]);
    expect(outputs).toEqual({
      google: {
        ...google,
        repositories: [`gcr.io/${project}`],
        trust: {
          providers: { bitbucket: `${poolPath}/providers/bitbucket` },
          previewAccount: account("preview"),
          deployAccount: account("deploy"),
        },
      },
    });
  });

  it("waits for the APIs", async () => {
    const { dependencies } = await groundOf({ google: config });
    const needed = ["cloudresourcemanager", "iam", "iamcredentials", "sts"].map(apiUrn);
    const early = Object.entries(dependencies)
      .filter(([key]) => /^gcp:(?:iam|serviceaccount|projects\/iAM)/.test(key))
      .filter(([, found]) => !needed.every((urn) => found.includes(urn)));
    expect(early).toEqual([]);
  });

  it("has a pool for each forge, and GitHub's tokens are for the provider itself", async () => {
    const made = await groundOf({ google: { ...google, trust } });
    const providers = named(made.resources).filter((key) => /Pool(?:Provider)? /.test(key));
    expect(providers).toEqual([
      "gcp:iam/workloadIdentityPool:WorkloadIdentityPool bitbucket",
      "gcp:iam/workloadIdentityPool:WorkloadIdentityPool github",
      "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider bitbucket",
      "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider github",
    ]);
    const type = "gcp:iam/workloadIdentityPoolProvider:WorkloadIdentityPoolProvider";
    expect(inputsOf(made, type, "github")).toEqual({
      project,
      workloadIdentityPoolId: "slipway-github-87654321",
      workloadIdentityPoolProviderId: "github",
      attributeMapping: {
        "google.subject": "'repository:' + assertion.repository_id + ':run:' + assertion.run_id",
        "attribute.access":
          "has(assertion.environment) && assertion.environment in ['production'] && has(assertion.ref) && assertion.ref in ['refs/heads/main'] ? 'deploy' : 'preview'",
      },
      attributeCondition:
        "assertion.repository_id == '4711' && assertion.ref.startsWith('refs/heads/')",
      oidc: { issuerUri: "https://token.actions.githubusercontent.com" },
    });
  });

  it("lets nobody push to a repository that only pulls", async () => {
    const dockerHub = { username: "acme", token: { secret: "hub" } };
    const repositories = [{ location: "us", repository: "hub", dockerHub }];
    const made = await groundOf(
      { google: { ...config, repositories } },
      { secrets: { hub: "hunter2" } },
    );
    const roles = made.resources
      .filter(({ type }) => type.endsWith(":RepositoryIamMember"))
      .map(({ name, inputs }) => [name, inputs.role]);
    expect(roles).toEqual([
      ["deploy-us-hub", "roles/artifactregistry.reader"],
      ["preview-us-hub", "roles/artifactregistry.reader"],
    ]);
  });

  it("gives no identity away that was not asked for, and nothing to everybody", async () => {
    const { resources } = await groundOf(shipped("ground").ground);
    const members = resources.map(({ inputs }) => inputs.member).filter(Boolean);
    expect(members.filter((member) => /^all/.test(String(member)))).toEqual([]);
  });

  it("is known in a preview but for what Google numbers", async () => {
    const { resources } = await groundOf({ google: config }, { preview: true });
    const unknown = resources.flatMap(({ type, name, inputs }) =>
      Object.entries(inputs)
        .filter(([, value]) => JSON.stringify(value).includes("<unknown>"))
        .map(([key]) => `${type.split(":").at(-1)} ${name}: ${key}`),
    );
    expect(unknown.filter((line) => /Repository |Service |Account /.test(line))).toEqual([]);
  });
});
