import { beforeEach, describe, expect, it } from "vitest";
import type { Statement } from "../../../infra/ground/policy-document.ts";
import { holds } from "./aws-conditions.ts";
import { evaluateCel } from "./cel.ts";
import { bitbucketToken, type Claims, githubToken, ids, trust } from "./claims.ts";
import { type Ground, groundOf, inputsOf } from "./make-ground.ts";

type Access = "preview" | "deploy";

/** Both clouds, trusting the same repositories; made once. */
let made: Ground;
beforeEach(async () => {
  made ??= await groundOf({
    google: { project: "acme-staging", region: "europe-west1", trust },
    aws: { account: "123456789012", region: "eu-west-1", application: "shop", trust },
  });
});

/** Google: a provider takes the token, its mapping names what the token may, and an account lets just that in. */
function googleAccess(claims: Claims): Access[] {
  return made.resources
    .filter(({ type }) => type.endsWith(":WorkloadIdentityPoolProvider"))
    .flatMap(({ inputs }) => admitted(inputs, claims));
}

function admitted(inputs: Readonly<Record<string, unknown>>, claims: Claims) {
  const { issuerUri, allowedAudiences } = inputs.oidc as Record<string, string | string[]>;
  const pool = `projects/424242/locations/global/workloadIdentityPools/${inputs.workloadIdentityPoolId}`;
  const own = `https://iam.googleapis.com/${pool}/providers/${inputs.workloadIdentityPoolProviderId}`;
  if (claims.iss !== issuerUri || !(allowedAudiences ?? [own]).includes(claims.aud ?? ""))
    return [];
  if (evaluateCel(inputs.attributeCondition as string, claims) !== true) return [];
  const mapping = inputs.attributeMapping as Record<string, string>;
  const attributes = Object.entries(mapping).map(([name, expression]) => {
    const value = evaluateCel(expression, claims);
    expect(typeof value).toBe("string");
    if (name === "google.subject") expect(String(value).length).toBeLessThanOrEqual(127);
    return `principalSet://iam.googleapis.com/${pool}/${name}/${value}`;
  });
  return made.resources
    .filter(({ type }) => type === "gcp:serviceaccount/iAMMember:IAMMember")
    .filter((binding) => binding.inputs.role === "roles/iam.workloadIdentityUser")
    .filter((binding) => attributes.includes(String(binding.inputs.member)))
    .map((binding) => accessOf(String(binding.inputs.serviceAccountId)));
}

/** AWS: a role may be taken when one of its statements trusts the token's issuer and its condition holds. */
function awsAccess(claims: Claims): Access[] {
  const host = claims.iss?.replace("https://", "");
  const provider = `arn:aws:iam::123456789012:oidc-provider/${host}`;
  const keys = Object.fromEntries(
    ["aud", "sub", ...(host === "token.actions.githubusercontent.com" ? known : [])].map(
      (claim) => [`${host}:${claim}`, claims[claim]],
    ),
  ) as Claims;
  return (["preview", "deploy"] as const).filter((access) => {
    const role = inputsOf(made, "aws:iam/role:Role", `slipway-${access}`);
    const { Statement: statements } = JSON.parse(role.assumeRolePolicy as string) as {
      Statement: Statement[];
    };
    return statements.some(
      ({ Principal, Condition }) =>
        (Principal as Record<string, string>).Federated === provider && holds(Condition, keys),
    );
  });
}

/** The claims that AWS knows of GitHub's tokens; of any other issuer's it knows the standard ones. */
const known = ["repository", "repository_id", "ref", "environment", "actor", "job_workflow_ref"];

function accessOf(account: string): Access {
  return account.includes("slipway-deploy@") ? "deploy" : "preview";
}

type Case = [what: string, claims: Claims, google: Access[], aws: Access[]];

const bitbucket: Case[] = [
  [
    "main's deployment",
    bitbucketToken({ environment: ids.production }),
    ["deploy"],
    // Whoever may deploy may look as well: AWS tells no branch from a deployment.
    ["preview", "deploy"],
  ],
  ["main without a deployment", bitbucketToken({}), ["preview"], ["preview"]],
  ["a feature branch", bitbucketToken({ branch: "feature/x" }), ["preview"], ["preview"]],
  ["a branch like main", bitbucketToken({ branch: "main2" }), ["preview"], ["preview"]],
  ["a pull request", bitbucketToken({ branch: "feature/pr" }), ["preview"], ["preview"]],
  ["a tag", bitbucketToken({ branch: null }), ["preview"], ["preview"]],
  [
    "another deployment environment",
    bitbucketToken({ environment: ids.test }),
    ["preview"],
    ["preview"],
  ],
  [
    "a feature branch in another deployment environment",
    bitbucketToken({ environment: ids.test, branch: "feature/x" }),
    ["preview"],
    ["preview"],
  ],
  ["a fork in the same workspace", bitbucketToken({ repository: ids.elsewhere }), [], []],
  [
    "a fork in another workspace",
    bitbucketToken({ workspace: "eve", workspaceId: ids.elsewhere, repository: ids.elsewhere }),
    [],
    [],
  ],
  [
    "another repository, in a deployment environment",
    bitbucketToken({ repository: ids.elsewhere, environment: ids.production }),
    [],
    [],
  ],
  [
    "another repository whose step is called like this repository",
    {
      ...bitbucketToken({ repository: ids.elsewhere }),
      sub: `{${ids.elsewhere}}:{${ids.repository}}`,
    },
    [],
    [],
  ],
  [
    "another workspace that claims the repository's id",
    bitbucketToken({ workspace: "eve", workspaceId: ids.elsewhere, environment: ids.production }),
    [],
    [],
  ],
  [
    "a token for somebody else",
    { ...bitbucketToken({ environment: ids.production }), aud: "https://eve.example" },
    [],
    [],
  ],
];

const provider =
  "https://iam.googleapis.com/projects/424242/locations/global/workloadIdentityPools/slipway-github-87654321/providers/github";

type GithubRun = Parameters<typeof githubToken>[0];

const github: [what: string, run: GithubRun, access: Access[]][] = [
  ["main's deployment", { environment: "production" }, ["deploy"]],
  ["main without an environment", {}, ["preview"]],
  ["a feature branch", { ref: "refs/heads/feature/x" }, ["preview"]],
  ["a pull request", { ref: "refs/pull/7/merge", event: "pull_request" }, []],
  [
    "a pull request in the environment",
    { ref: "refs/pull/7/merge", event: "pull_request", environment: "production" },
    [],
  ],
  ["a tag", { ref: "refs/tags/v1" }, []],
  ["a fork", { owner: "eve", ownerId: "666", repositoryId: "13" }, []],
  [
    "a fork, in an environment of that name",
    { owner: "eve", ownerId: "666", repositoryId: "13", environment: "production" },
    [],
  ],
  ["another repository", { name: "other", repositoryId: "14", environment: "production" }, []],
  [
    "a repository that took the name over",
    { ownerId: "667", repositoryId: "15", environment: "production" },
    [],
  ],
];

describe("the claims of Bitbucket's pipelines", () => {
  it.each(bitbucket)("%s", (_what, claims, google, aws) => {
    expect(googleAccess(claims)).toEqual(google);
    expect(awsAccess(claims)).toEqual(aws);
  });

  it("let a branch that names the deployment environment deploy to AWS only, which sees no branch", () => {
    const claims = bitbucketToken({ environment: ids.production, branch: "feature/x" });
    expect(googleAccess(claims)).toEqual(["preview"]);
    // Bitbucket itself refuses such a step where the environment is restricted to main, as docs/ground.md asks for.
    expect(awsAccess(claims)).toEqual(["preview", "deploy"]);
  });
});

describe("the claims of GitHub's workflows", () => {
  it.each(github)("%s", (_what, run, access) => {
    expect(googleAccess(githubToken({ ...run, audience: provider }))).toEqual(access);
    expect(awsAccess(githubToken(run))).toEqual(access);
    expect(awsAccess(githubToken({ ...run, hasIds: true }))).toEqual(access);
  });

  const elsewhere: [what: string, run: GithubRun][] = [
    ["another environment", { environment: "test" }],
    ["a feature branch in the environment", { environment: "production", ref: "refs/heads/x" }],
  ];
  it.each(elsewhere)("%s may at most preview", (_what, run) => {
    expect(googleAccess(githubToken({ ...run, audience: provider }))).toEqual(["preview"]);
    expect(awsAccess(githubToken(run))).toEqual([]);
  });

  it("are taken for the cloud that they were asked for", () => {
    const run = { environment: "production" };
    expect(googleAccess(githubToken(run))).toEqual([]);
    expect(awsAccess(githubToken({ ...run, audience: provider }))).toEqual([]);
  });

  it("fit Google's subject however long a branch is called", () => {
    const run = { ref: `refs/heads/${"x".repeat(200)}`, audience: provider };
    expect(googleAccess(githubToken(run))).toEqual(["preview"]);
  });
});

describe("the expressions over claims", () => {
  const cases: [expression: string, value: unknown][] = [
    ["assertion.a == 'x'", true],
    ["assertion.a != 'x' || assertion.a in ['y', 'x']", true],
    ["!(assertion.a == 'x') && assertion.gone == 'x'", false],
    ["has(assertion.gone) && assertion.gone == 'x' ? 'yes' : 'no'", "no"],
    ["'a:' + assertion.a + ':b'", "a:x:b"],
    ["assertion.a.startsWith('x') ? 'yes' : 'no'", "yes"],
  ];
  it.each(cases)("%s", (expression, value) => {
    expect(evaluateCel(expression, { a: "x" })).toEqual(value);
  });

  it.each([
    "assertion.gone == 'x'",
    "assertion.a ==",
    "assertion.a 'x'",
    "a == 'x'",
    "'x' ? 1 : 2",
  ])("%s is an error", (expression) => {
    expect(() => evaluateCel(expression, { a: "x" })).toThrow(/^CEL: /);
  });
});
