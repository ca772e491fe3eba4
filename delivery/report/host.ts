import { readFileSync } from "node:fs";
import { z } from "zod";

/** Where a pipeline's reports are read, as its environment says. */
export type Host = BitbucketHost | GitHubHost;

/** A step of Bitbucket Pipelines. */
export interface BitbucketHost {
  readonly kind: "bitbucket";
  /** `workspace/repository`. */
  readonly repository: string;
  readonly commit: string;
  readonly build: string | undefined;
  /** Undefined outside a pull request. */
  readonly pullRequest: string | undefined;
  /** Secret; undefined when the step has none. */
  readonly token: string | undefined;
  /** Default: `https://api.bitbucket.org/2.0`. */
  readonly api: string;
  /** The step's own proxy, through which reports need no token. Default: `http://localhost:29418`. */
  readonly insightsProxy: string;
}

/** A job of GitHub Actions. */
export interface GitHubHost {
  readonly kind: "github";
  /** `owner/repository`. */
  readonly repository: string;
  /** The one that started the job. */
  readonly pullRequest: string | undefined;
  /** Undefined for a tag. */
  readonly branch: string | undefined;
  readonly token: string | undefined;
  readonly api: string;
  readonly graphql: string;
  /** The file whose end becomes the job's summary. */
  readonly summary: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The host whose pipeline this process runs in; undefined outside of one. Empty variables count as none. */
export function hostOf(env: Environment): Host | undefined {
  if (env.BITBUCKET_WORKSPACE && env.BITBUCKET_REPO_SLUG && env.BITBUCKET_COMMIT) {
    return {
      kind: "bitbucket",
      repository: `${env.BITBUCKET_WORKSPACE}/${env.BITBUCKET_REPO_SLUG}`,
      commit: env.BITBUCKET_COMMIT,
      build: env.BITBUCKET_BUILD_NUMBER || undefined,
      pullRequest: env.BITBUCKET_PR_ID || undefined,
      token: env.BITBUCKET_ACCESS_TOKEN || undefined,
      api: withoutSlash(env.BITBUCKET_API_URL || "https://api.bitbucket.org/2.0"),
      insightsProxy: withoutSlash(env.BITBUCKET_INSIGHTS_PROXY || "http://localhost:29418"),
    };
  }
  if (env.GITHUB_ACTIONS && env.GITHUB_REPOSITORY) {
    const api = withoutSlash(env.GITHUB_API_URL || "https://api.github.com");
    return {
      kind: "github",
      repository: env.GITHUB_REPOSITORY,
      pullRequest: pullRequestIn(env.GITHUB_EVENT_PATH),
      branch: env.GITHUB_REF_TYPE === "branch" ? env.GITHUB_REF_NAME || undefined : undefined,
      token: env.GITHUB_TOKEN || undefined,
      api,
      graphql: env.GITHUB_GRAPHQL_URL || `${api}/graphql`,
      summary: env.GITHUB_STEP_SUMMARY || undefined,
    };
  }
  return undefined;
}

function withoutSlash(address: string): string {
  return address.replace(/\/+$/, "");
}

/** The event that started a job is in a file. */
function pullRequestIn(file: string | undefined): string | undefined {
  if (!file) return undefined;
  try {
    const { data } = event.safeParse(JSON.parse(readFileSync(file, "utf8")));
    return data === undefined ? undefined : String(data.pull_request.number);
  } catch {
    return undefined;
  }
}

const event = z.object({ pull_request: z.object({ number: z.number().int() }) });
