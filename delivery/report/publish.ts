import { appendFileSync } from "node:fs";
import { bitbucketComments } from "./bitbucket-comments.ts";
import { writeInsights } from "./code-insights.ts";
import { inSummary, onBitbucket, onGitHub } from "./dialect.ts";
import { githubComments } from "./github-comments.ts";
import { githubPullRequest } from "./github-pull-request.ts";
import type { BitbucketHost, GitHubHost, Host } from "./host.ts";
import { markdown } from "./markdown.ts";
import { marker } from "./marker.ts";
import { type Comments, writeOwnComment } from "./own-comment.ts";
import { RefusedError, type Wait } from "./patience.ts";
import type { Report } from "./report.ts";

/** How publishing goes on. */
export interface PublishOptions {
  readonly tell: (text: string) => void;
  readonly warn: (text: string) => void;
  /** Default: by the clock. */
  readonly wait?: Wait;
}

/**
 * Tells a host of a report: one comment on the pull request for each stack, Bitbucket's Code Insights, GitHub's job summary.
 * What a host refuses is a warning that says how to mend it, never a failure: the preview itself says how it ended.
 */
export async function publish(report: Report, host: Host, options: PublishOptions): Promise<void> {
  await (host.kind === "bitbucket"
    ? onBitbucketPipelines(report, host, options)
    : onGitHubActions(report, host, options));
}

const byTheClock: Wait = (milliseconds) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

async function onBitbucketPipelines(report: Report, host: BitbucketHost, options: PublishOptions) {
  const { tell, warn, wait = byTheClock } = options;
  await attempt("Code Insights", warn, bitbucketMend, async () => {
    await writeInsights(report, host, wait);
    tell(`Code Insights: the report of ${host.commit} is written`);
  });
  if (host.pullRequest === undefined) return;
  if (host.token === undefined) {
    warn(
      "BITBUCKET_ACCESS_TOKEN: is not set, so the pull request gets no comment (its report is there all the same); make a repository access token with the scope pullrequest:write, and store it under this name as a secured variable",
    );
    return;
  }
  const comments = bitbucketComments(host, wait);
  await attempt("comment", warn, bitbucketMend, () =>
    comment(comments, markdown(report, onBitbucket), report, { tell, wait }),
  );
}

async function onGitHubActions(report: Report, host: GitHubHost, options: PublishOptions) {
  const { tell, warn, wait = byTheClock } = options;
  if (host.summary) appendFileSync(host.summary, markdown(report, inSummary));
  if (host.token === undefined) {
    if (host.pullRequest === undefined) return;
    warn(
      "GITHUB_TOKEN: is not set, so the pull request gets no comment (the job's summary has it all the same); hand the job's own token to this step under that name, and give the job the permission pull-requests: write",
    );
    return;
  }
  await attempt("comment", warn, githubMend, async () => {
    const pullRequest = await githubPullRequest(host, wait);
    if (pullRequest === undefined) return;
    const comments = githubComments({ ...host, pullRequest }, wait);
    await comment(comments, markdown(report, onGitHub), report, { tell, wait });
  });
}

async function comment(
  comments: Comments,
  text: string,
  { project, stack }: Report,
  { tell, wait }: { readonly tell: PublishOptions["tell"]; readonly wait: Wait },
): Promise<void> {
  const done = await writeOwnComment(comments, text, { marker: marker(project, stack), wait });
  tell(`comment: ${done} on the pull request`);
}

async function attempt(
  what: string,
  warn: PublishOptions["warn"],
  mend: (status: number | undefined) => string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    warn(`${what}: ${error.message}; ${mend(error.status)}`);
  }
}

const later = "the host may be down: run the step again later";

function bitbucketMend(status: number | undefined): string {
  if (status === 401) return "make a new repository access token with the scope pullrequest:write";
  if (status === 403) return "give BITBUCKET_ACCESS_TOKEN the scope pullrequest:write";
  if (status === 404)
    return "let BITBUCKET_ACCESS_TOKEN be one of this repository, with the scope pullrequest:write";
  return status === undefined || status >= 429
    ? later
    : "the report may be of a form that Bitbucket takes no longer";
}

function githubMend(status: number | undefined): string {
  if (status === 401) return "hand this step a GITHUB_TOKEN that is still valid";
  if (status === 403 || status === 404) {
    return "give the job the permission pull-requests: write (a pull request from a fork never has it)";
  }
  return status === undefined || status >= 429
    ? later
    : "the comment may be of a form that GitHub takes no longer";
}
