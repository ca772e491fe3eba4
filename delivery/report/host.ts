import { readFileSync } from "node:fs";
import { z } from "zod";
import { UserError } from "../../setup/user-error.ts";
import type { PipelineRun } from "./pipeline-run.ts";

/** Where a pipeline's reports are read, as its environment says. */
export type Host = BitbucketHost | GitHubHost;

/** A step of Bitbucket Pipelines. */
export interface BitbucketHost {
  readonly kind: "bitbucket";
  /** `workspace/repository`. */
  readonly repository: string;
  readonly commit: string;
  readonly run: PipelineRun;
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
  readonly run: PipelineRun;
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

/**
 * The host whose pipeline this process runs in; undefined outside of one. Empty variables count as none.
 * @throws UserError when a variable that names another address than the vendor's is none.
 */
export function hostOf(env: Environment): Host | undefined {
  if (env.BITBUCKET_WORKSPACE && env.BITBUCKET_REPO_SLUG && env.BITBUCKET_COMMIT) {
    const { BITBUCKET_COMMIT: commit, BITBUCKET_BUILD_NUMBER: build } = env;
    const repository = `${env.BITBUCKET_WORKSPACE}/${env.BITBUCKET_REPO_SLUG}`;
    return {
      kind: "bitbucket",
      repository,
      commit,
      run: {
        commit,
        number: numberIn(build),
        link: linkOf(build && `https://bitbucket.org/${repository}/pipelines/results/${build}`),
      },
      pullRequest: env.BITBUCKET_PR_ID || undefined,
      token: env.BITBUCKET_ACCESS_TOKEN || undefined,
      api: addressIn(env, "BITBUCKET_API_URL", "https://api.bitbucket.org/2.0"),
      insightsProxy: addressIn(env, "BITBUCKET_INSIGHTS_PROXY", "http://localhost:29418"),
    };
  }
  if (env.GITHUB_ACTIONS && env.GITHUB_REPOSITORY) {
    const { GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = env;
    const server = env.GITHUB_SERVER_URL || "https://github.com";
    const api = addressIn(env, "GITHUB_API_URL", "https://api.github.com");
    const pullRequest = pullRequestIn(env.GITHUB_EVENT_PATH);
    return {
      kind: "github",
      repository,
      run: {
        // The variable names a merge in a pull request.
        commit: pullRequest?.head?.sha ?? (env.GITHUB_SHA || undefined),
        number: numberIn(env.GITHUB_RUN_NUMBER),
        link: linkOf(id && `${server}/${repository}/actions/runs/${id}`),
      },
      pullRequest: pullRequest && String(pullRequest.number),
      branch: env.GITHUB_REF_TYPE === "branch" ? env.GITHUB_REF_NAME || undefined : undefined,
      token: env.GITHUB_TOKEN || undefined,
      api,
      graphql: addressIn(env, "GITHUB_GRAPHQL_URL", `${api}/graphql`),
      summary: env.GITHUB_STEP_SUMMARY || undefined,
    };
  }
  return undefined;
}

/** An address without a slash at its end. The proxy of a step speaks plain HTTP. */
function addressIn(env: Environment, name: string, usual: string): string {
  const address = (env[name] || usual).replace(/\/+$/, "");
  const protocols = usual.startsWith("http:") ? ["http:"] : ["http:", "https:"];
  // Without its protocol, the name of a host and a port are a URL too.
  if (URL.canParse(address) && protocols.includes(new URL(address).protocol)) return address;
  throw new UserError(
    `${name}: is no address that begins with ${protocols.map((one) => `${one}//`).join(" or ")}; write it like ${usual}, or leave it out`,
  );
}

function numberIn(text: string | undefined): number | undefined {
  return /^\d{1,15}$/.test(text ?? "") ? Number(text) : undefined;
}

/** Only one that Markdown takes for nothing else. */
function linkOf(address: string | undefined): string | undefined {
  return address && /^https?:\/\/[\w.:/-]+$/.test(address) ? address : undefined;
}

/** The event that started a job is in a file. */
function pullRequestIn(file: string | undefined) {
  if (!file) return undefined;
  try {
    const { data } = event.safeParse(JSON.parse(readFileSync(file, "utf8")));
    return data?.pull_request;
  } catch {
    return undefined;
  }
}

const event = z.object({
  pull_request: z.object({
    number: z.number().int(),
    head: z.object({ sha: z.string() }).optional(),
  }),
});
