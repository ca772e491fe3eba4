import { afterEach, describe, expect, it, vi } from "vitest";
import { parse } from "../../infra/config/schema.ts";
import { leastService, problemsOf } from "./stack-config.ts";

afterEach(() => {
  vi.unstubAllEnvs();
});

const uuid = "5b0e4f7a-0c5d-4d0b-9a54-3c1f0c6f7e21";
const google = { project: "acme-staging", region: "europe-west1" };
const aws = { account: "123456789012", region: "eu-west-1" };
const bitbucket = {
  workspace: "acme",
  workspaceId: uuid,
  repositoryId: uuid,
  deployments: [uuid],
};
const github = {
  repository: "acme/shop",
  ownerId: "77",
  repositoryId: "4711",
  environments: ["production"],
};

const onGoogle = (parts: object) => ({ ground: { google: { ...google, ...parts } } });
const onAws = (parts: object) => ({ ground: { aws: { ...aws, ...parts } } });
const holding = (repository: object) => onGoogle({ repositories: [repository] });
const trusting = (trust: object) => onAws({ trust });

const inGoogle = "slipway:ground.google";
const inAws = "slipway:ground.aws";
const inBitbucket = `${inAws}.trust.bitbucket`;
const inGithub = `${inAws}.trust.github`;
const noUuid = "is no id of Bitbucket; use the UUID that its settings show, in quotes";
const noId = "is no id of GitHub; use the digits that gh api repos/OWNER/NAME shows, in quotes";
const oneWay =
  "needs one way to name the repository; set either host (gcr.io and the like) alone, or location and repository";
const unknown = (keys: string) => `unknown key; take it out or use one of ${keys}`;

describe("a ground that is refused", () => {
  const refused: [values: Record<string, unknown>, ...problems: string[]][] = [
    [{ ground: {} }, "slipway:ground: names no cloud; add google or aws"],
    [
      { ground: { azure: {} } },
      `slipway:ground.azure: ${unknown("google, aws")}`,
      "slipway:ground: names no cloud; add google or aws",
    ],
    [
      { ground: { aws }, services: { web: leastService } },
      "slipway:ground: stands beside slipway:services; give ground a stack of its own",
    ],
    [
      { ground: { google: {} } },
      `${inGoogle}.project: required; set it in the stack file, or as GCP_PROJECT_ID`,
      `${inGoogle}.region: required; set it in the stack file, or as GCP_REGION`,
    ],
    [
      onGoogle({ region: "europe-west1-b" }),
      `${inGoogle}.region: "europe-west1-b" is a zone; use its region, europe-west1`,
    ],
    [
      holding({ host: "docker.io" }),
      `${inGoogle}.repositories.0.host: "docker.io" is not one of the choices; use one of gcr.io, us.gcr.io, eu.gcr.io, asia.gcr.io`,
    ],
    [holding({ host: "gcr.io", location: "us" }), `${inGoogle}.repositories.0: ${oneWay}`],
    [
      holding({ host: "gcr.io", dockerHub: { username: "a", token: { secret: "hub" } } }),
      `${inGoogle}.repositories.0: ${oneWay}`,
    ],
    [holding({ repository: "apps" }), `${inGoogle}.repositories.0: ${oneWay}`],
    [
      holding({ location: "europe-west1-b", repository: "apps" }),
      `${inGoogle}.repositories.0.location: "europe-west1-b" is a zone; use its region, europe-west1`,
    ],
    [
      holding({ location: "us", repository: "Apps" }),
      `${inGoogle}.repositories.0.repository: "Apps" is no repository of Artifact Registry; use 1 to 63 lower-case letters, digits and -, beginning with a letter`,
    ],
    [
      holding({ location: "us", repository: "hub", dockerHub: { username: "", token: "hunter2" } }),
      `${inGoogle}.repositories.0.dockerHub.username: "" is no user; use a name on Docker Hub`,
      `${inGoogle}.repositories.0.dockerHub.token: names no secret; write {secret: NAME of one of slipway:secrets}`,
    ],
    [
      holding({
        location: "us",
        repository: "hub",
        dockerHub: { username: "acme", token: { secret: "hub" } },
      }),
      `${inGoogle}.repositories.0.dockerHub.token: there is no secret "hub"; set it with pulumi config set --secret --path slipway:secrets.hub`,
    ],
    [
      onGoogle({ repositories: [{ host: "gcr.io" }, { host: "gcr.io" }] }),
      `${inGoogle}.repositories: names one repository twice; name each once`,
    ],
    [
      onGoogle({ keep: { images: 0, days: 4_000, tags: 1 } }),
      `${inGoogle}.keep.images: 0 is too small; use 1 or more`,
      `${inGoogle}.keep.days: 4000 is too big; use 3650 or less`,
      `${inGoogle}.keep.tags: ${unknown("images, days")}`,
    ],
    [
      onGoogle({ trust: {} }),
      `${inGoogle}.trust: trusts nobody; add bitbucket or github, or leave trust out`,
    ],
    [
      { ground: { aws: { account: 123_456_789_012, region: "eu-west-1a" } } },
      `${inAws}.account: must be a text, in quotes, and is 123456789012; mend it in the stack file`,
      `${inAws}.region: "eu-west-1a" is a zone; use its region, eu-west-1`,
    ],
    [
      onAws({ account: "12345" }),
      `${inAws}.account: "12345" is no account; use its 12 digits, in quotes`,
    ],
    [
      onAws({ application: "shop/*" }),
      `${inAws}.application: "shop/*" is no application name; use up to 100 letters, digits, spaces and . _ -`,
    ],
    [
      onAws({ applicationExists: true }),
      `${inAws}: says that the application exists and names none; set application`,
    ],
    [
      onAws({ application: "shop", versions: 1_000 }),
      `${inAws}.versions: 1000 is too big; use 900 or less`,
    ],
    [
      onAws({ repositories: ["Web"] }),
      `${inAws}.repositories.0: "Web" is no repository name; use lower-case letters, digits and - . _ / between them`,
    ],
    [
      onAws({ repositories: ["web", "web"] }),
      `${inAws}.repositories: names one repository twice; name each once`,
    ],
    [
      onAws({ zones: ["example.org"] }),
      `${inAws}.zones.0: "example.org" is no hosted zone; use its id, such as Z0123456789ABCDEFGHIJ`,
    ],
    [onAws({ keep: { days: 3 } }), `${inAws}.keep.days: ${unknown("images")}`],
    [
      trusting({ bitbucket: { ...bitbucket, workspace: "Acme Ltd" } }),
      `${inBitbucket}.workspace: "Acme Ltd" is no workspace; use its id as in bitbucket.org/WORKSPACE`,
    ],
    [
      trusting({ bitbucket: { ...bitbucket, workspaceId: "acme", repositoryId: `{${uuid}` } }),
      `${inBitbucket}.workspaceId: "acme" ${noUuid}`,
      `${inBitbucket}.repositoryId: "{${uuid}" ${noUuid}`,
    ],
    [
      trusting({ bitbucket: { ...bitbucket, deployments: ["production"] } }),
      `${inBitbucket}.deployments.0: "production" ${noUuid}`,
    ],
    [
      trusting({ bitbucket: { ...bitbucket, deployments: [] } }),
      `${inBitbucket}.deployments: names no environment; add one`,
    ],
    [
      trusting({ bitbucket: { ...bitbucket, branch: "main' || true || '" } }),
      `${inBitbucket}.branch: "main' || true || '" is no branch that trust can name; use letters, digits and . _ / -`,
    ],
    [
      trusting({ github: { ...github, repository: "shop" } }),
      `${inGithub}.repository: "shop" is no repository of GitHub; write it as OWNER/NAME`,
    ],
    [
      trusting({ github: { ...github, repository: "acme/*" } }),
      `${inGithub}.repository: "acme/*" is no repository of GitHub; write it as OWNER/NAME`,
    ],
    [
      trusting({ github: { ...github, ownerId: "acme", repositoryId: 4711 } }),
      `${inGithub}.ownerId: "acme" ${noId}`,
      `${inGithub}.repositoryId: must be a text, in quotes, and is 4711; mend it in the stack file`,
    ],
    [
      trusting({ github: { ...github, environments: [] } }),
      `${inGithub}.environments: names no environment; add one`,
    ],
    [
      trusting({ github: { ...github, environments: ["*", "a'b"] } }),
      `${inGithub}.environments.0: "*" is no environment that trust can name; use letters, digits, spaces and . _ / -`,
      `${inGithub}.environments.1: "a'b" is no environment that trust can name; use letters, digits, spaces and . _ / -`,
    ],
    [
      trusting({ github: { ...github, branch: "release/*" } }),
      `${inGithub}.branch: "release/*" is no branch that trust can name; use letters, digits and . _ / -`,
    ],
  ];

  it.each(refused.map(([values, ...problems]) => ({ values, problems })))(
    "$problems.0",
    ({ values, problems }) => {
      expect(problemsOf(values)).toEqual(problems);
    },
  );
});

describe("a ground that is accepted", () => {
  it("has its defaults filled in, and ids without braces", () => {
    const trust = { bitbucket: { ...bitbucket, workspaceId: `{${uuid}}` }, github };
    const { values, problems } = parse(
      {
        ground: {
          google: { ...google, repositories: [{ host: "asia.gcr.io" }], trust },
          aws: { ...aws, application: "shop" },
        },
      },
      {},
    );
    expect(problems).toEqual([]);
    expect(values?.ground).toEqual({
      google: {
        ...google,
        repositories: [
          { isHost: true, location: "asia", repositoryId: "asia.gcr.io", dockerHub: undefined },
        ],
        keep: { images: 50, days: 30 },
        protect: true,
        trust: {
          bitbucket: { ...bitbucket, branch: "main" },
          github: { ...github, branch: "main" },
        },
      },
      aws: {
        ...aws,
        application: "shop",
        applicationExists: false,
        versions: 200,
        repositories: [],
        keep: { images: 50 },
        zones: [],
        protect: true,
      },
    });
  });
});
