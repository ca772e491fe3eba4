import type { BitbucketTrust, GithubTrust, TrustConfig } from "../config/trust.ts";

/** Values by claim within an operator: `{StringEquals: {aud: "…"}}`; a condition holds when every operator does. */
export type ClaimConditions = Readonly<
  Record<string, Readonly<Record<string, string | readonly string[]>>>
>;

/** Whose pipelines are trusted, as each cloud has it said. */
export interface Forge {
  readonly name: "bitbucket" | "github";
  /** Where its tokens come from; the keys to their signatures are found below it. */
  readonly issuer: string;
  /** Google: expressions in CEL over the token, `assertion`. */
  readonly google: {
    /** The audiences that are taken; none for the provider's own name. */
    readonly audiences: readonly string[];
    /** Which tokens are taken at all. */
    readonly condition: string;
    /** Who it is in the logs; at most 127 bytes by Google's rule. */
    readonly subject: string;
    /** `deploy` or `preview`. */
    readonly access: string;
  };
  /** AWS: conditions over the token's claims. */
  readonly aws: {
    readonly audience: string;
    readonly preview: ClaimConditions;
    readonly deploy: ClaimConditions;
  };
}

/** The forges that are trusted, in a fixed order. */
export function forges({ bitbucket, github }: TrustConfig): Forge[] {
  return [
    ...(bitbucket ? [fromBitbucket(bitbucket)] : []),
    ...(github ? [fromGithub(github)] : []),
  ];
}

/**
 * Bitbucket: `sub` is `{REPOSITORY}:{STEP}`, or `{REPOSITORY}:{ENVIRONMENT}:{STEP}` in a deployment; ids stand in braces.
 * A fork is a repository of its own, and no pipeline of this one runs for it. AWS sees the audience and `sub` alone, so
 * there the deployment environment's own restriction keeps other branches out.
 * (https://support.atlassian.com/bitbucket-cloud/docs/integrate-pipelines-with-resource-servers-using-oidc/)
 */
function fromBitbucket(config: BitbucketTrust): Forge {
  const repository = `{${config.repositoryId}}`;
  const environments = config.deployments.map((id) => `{${id}}`);
  const audience = `ari:cloud:bitbucket::workspace/${config.workspaceId}`;
  return {
    name: "bitbucket",
    issuer: `https://api.bitbucket.org/2.0/workspaces/${config.workspace}/pipelines-config/identity/oidc`,
    google: {
      audiences: [audience],
      condition: `assertion.repositoryUuid == '${repository}'`,
      subject: "assertion.sub",
      access: access([
        oneOf("deploymentEnvironmentUuid", environments),
        oneOf("branchName", [config.branch]),
      ]),
    },
    aws: {
      audience,
      preview: { StringEquals: { aud: audience }, StringLike: { sub: `${repository}:*` } },
      deploy: {
        StringEquals: { aud: audience },
        StringLike: { sub: environments.map((environment) => `${repository}:${environment}:*`) },
      },
    },
  };
}

/** What AWS's own tools ask GitHub for. */
const githubAudience = "sts.amazonaws.com";

/**
 * GitHub: the repository by its id, because names change hands; `sub` with and without ids, because newer repositories
 * have them. Only tokens of branches: a pull request's is of `refs/pull/…`, and may come from a fork.
 * (https://docs.github.com/en/actions/reference/security/oidc)
 */
function fromGithub(config: GithubTrust): Forge {
  const [owner, name] = config.repository.split("/");
  const subjects = (rest: string) => [
    `repo:${config.repository}:${rest}`,
    `repo:${owner}@${config.ownerId}/${name}@${config.repositoryId}:${rest}`,
  ];
  const ref = `refs/heads/${config.branch}`;
  const from = { aud: githubAudience, repository_id: config.repositoryId };
  return {
    name: "github",
    issuer: "https://token.actions.githubusercontent.com",
    google: {
      audiences: [],
      condition: `assertion.repository_id == '${config.repositoryId}' && assertion.ref.startsWith('refs/heads/')`,
      // Its own `sub` holds the branch, and may be too long.
      subject: "'repository:' + assertion.repository_id + ':run:' + assertion.run_id",
      access: access([oneOf("environment", config.environments), oneOf("ref", [ref])]),
    },
    aws: {
      audience: githubAudience,
      preview: { StringEquals: from, StringLike: { sub: subjects("ref:refs/heads/*") } },
      deploy: {
        StringEquals: {
          ...from,
          ref,
          sub: config.environments.flatMap((environment) => subjects(`environment:${environment}`)),
        },
      },
    },
  };
}

function access(conditions: readonly string[]): string {
  return `${conditions.join(" && ")} ? 'deploy' : 'preview'`;
}

/** Asks for the claim first: without one the whole token would be refused, also to preview. */
function oneOf(claim: string, values: readonly string[]): string {
  const list = values.map((value) => `'${value}'`).join(", ");
  return `has(assertion.${claim}) && assertion.${claim} in [${list}]`;
}
