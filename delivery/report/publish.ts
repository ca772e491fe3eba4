import { appendFileSync } from "node:fs";
import { bitbucketComments } from "./bitbucket-comments.ts";
import { writeInsights } from "./code-insights.ts";
import { inSummary, onBitbucket, onGitHub } from "./dialect.ts";
import { githubComments } from "./github-comments.ts";
import { githubPullRequest } from "./github-pull-request.ts";
import type { BitbucketHost, GitHubHost, Host } from "./host.ts";
import { markdown } from "./markdown.ts";
import { runIn } from "./marker.ts";
import { bitbucketMend, githubMend, insightsMend, type Mend } from "./mend.ts";
import { type Comments, writeOwnComment } from "./own-comment.ts";
import { RefusedError, type Wait, within } from "./patience.ts";
import type { Report } from "./report.ts";

/** How publishing goes on. */
export interface PublishOptions {
  readonly tell: (text: string) => void;
  readonly warn: (text: string) => void;
  /** Default: by the clock. */
  readonly wait?: Wait;
}

/** The longest that one place is written to, in milliseconds, with all its pauses. */
const longest = 180_000;

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

/** In a pull request the branch's own pipeline writes the report of the same commit: two would take it from each other. */
async function onBitbucketPipelines(report: Report, host: BitbucketHost, options: PublishOptions) {
  const { tell, warn } = options;
  if (host.pullRequest === undefined) {
    await attempt("Code Insights", insightsMend, options, async (wait) => {
      await writeInsights(report, host, wait);
      tell(`Code Insights: the report of ${host.commit} is written`);
    });
    return;
  }
  if (host.token === undefined) {
    warn(
      "BITBUCKET_ACCESS_TOKEN: is not set, so the pull request gets no comment (the branch's own pipeline writes the commit's report all the same); make a repository access token with the scope pullrequest:write, and store it under this name as a secured variable",
    );
    return;
  }
  await attempt("comment", bitbucketMend, options, (wait) =>
    comment(bitbucketComments(host, wait), markdown(report, onBitbucket), report, { tell, wait }),
  );
}

async function onGitHubActions(report: Report, host: GitHubHost, options: PublishOptions) {
  const { tell, warn } = options;
  if (host.summary) summarise(host.summary, report, warn);
  if (host.token === undefined) {
    if (host.pullRequest === undefined) return;
    warn(
      "GITHUB_TOKEN: is not set, so the pull request gets no comment (the job's summary has it all the same); hand the job's own token to this step under that name, and give the job the permission pull-requests: write",
    );
    return;
  }
  await attempt("comment", githubMend, options, async (wait) => {
    const pullRequest = await githubPullRequest(host, wait);
    if (pullRequest === undefined) return;
    const comments = githubComments({ ...host, pullRequest }, wait);
    await comment(comments, markdown(report, onGitHub), report, { tell, wait });
  });
}

function summarise(file: string, report: Report, warn: PublishOptions["warn"]): void {
  try {
    appendFileSync(file, markdown(report, inSummary));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    warn(
      `GITHUB_STEP_SUMMARY: the file cannot be written (${code}), so the job has no summary; leave the variable as the runner sets it`,
    );
  }
}

async function comment(
  comments: Comments,
  text: string,
  { project, stack, run }: Report,
  { tell, wait }: { readonly tell: PublishOptions["tell"]; readonly wait: Wait },
): Promise<void> {
  const done = await writeOwnComment(comments, text, {
    runIn: (written) => runIn(written, project, stack),
    run: run?.number,
    wait,
  });
  tell(
    done === "kept"
      ? "comment: that of a newer run is on the pull request, and stays"
      : `comment: ${done} on the pull request`,
  );
}

async function attempt(
  what: string,
  mend: Mend,
  { warn, wait = byTheClock }: PublishOptions,
  work: (wait: Wait) => Promise<void>,
): Promise<void> {
  try {
    await within(longest, wait, work);
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    warn(`${what}: ${error.message}; ${mend(error)}`);
  }
}
