// What the tokens of pipelines say, as https://support.atlassian.com/bitbucket-cloud/docs/integrate-pipelines-with-resource-servers-using-oidc/
// and https://docs.github.com/en/actions/reference/security/oidc have it.

export type Claims = Readonly<Record<string, string>>;

const uuid = (digit: string) =>
  `${digit.repeat(8)}-${digit.repeat(4)}-${digit.repeat(4)}-${digit.repeat(4)}-${digit.repeat(12)}`;

export const ids = {
  workspace: uuid("1"),
  repository: uuid("2"),
  production: uuid("3"),
  test: uuid("4"),
  elsewhere: uuid("5"),
  step: uuid("6"),
};

/** The trust that the claims below are measured against. */
export const trust = {
  bitbucket: {
    workspace: "acme",
    workspaceId: `{${ids.workspace}}`,
    repositoryId: `{${ids.repository}}`,
    deployments: [`{${ids.production}}`],
  },
  github: {
    repository: "acme/shop",
    ownerId: "77",
    repositoryId: "4711",
    environments: ["production"],
  },
};

interface BitbucketRun {
  readonly workspace?: string;
  readonly workspaceId?: string;
  readonly repository?: string;
  readonly environment?: string;
  /** Null on a tag. */
  readonly branch?: string | null;
}

/** A step's token; without anything, of a push to main. */
export function bitbucketToken(run: BitbucketRun): Claims {
  const { workspace = "acme", workspaceId = ids.workspace, repository = ids.repository } = run;
  const { environment, branch = "main" } = run;
  const parts = [repository, ...(environment ? [environment] : []), ids.step];
  return {
    iss: `https://api.bitbucket.org/2.0/workspaces/${workspace}/pipelines-config/identity/oidc`,
    aud: `ari:cloud:bitbucket::workspace/${workspaceId}`,
    sub: parts.map((part) => `{${part}}`).join(":"),
    workspaceUuid: `{${workspaceId}}`,
    repositoryUuid: `{${repository}}`,
    stepUuid: `{${ids.step}}`,
    ...(branch !== null && { branchName: branch }),
    ...(environment && { deploymentEnvironmentUuid: `{${environment}}` }),
  };
}

interface GithubRun {
  readonly owner?: string;
  readonly name?: string;
  readonly ownerId?: string;
  readonly repositoryId?: string;
  readonly ref?: string;
  readonly environment?: string;
  readonly event?: string;
  /** Whether `sub` holds ids, as in repositories made since July 2026. */
  readonly hasIds?: boolean;
  readonly audience?: string;
}

/** A job's token; without anything, of a push to main. */
export function githubToken(run: GithubRun): Claims {
  const { owner = "acme", name = "shop", ownerId = "77", repositoryId = "4711" } = run;
  const { ref = "refs/heads/main", environment, event = "push", hasIds = false } = run;
  const { audience = "sts.amazonaws.com" } = run;
  const repository = hasIds ? `${owner}@${ownerId}/${name}@${repositoryId}` : `${owner}/${name}`;
  const context = event === "pull_request" ? event : `ref:${ref}`;
  return {
    iss: "https://token.actions.githubusercontent.com",
    aud: audience,
    sub: `repo:${repository}:${environment ? `environment:${environment}` : context}`,
    repository: `${owner}/${name}`,
    repository_id: repositoryId,
    repository_owner_id: ownerId,
    ref,
    event_name: event,
    run_id: "1",
    ...(environment && { environment }),
  };
}
