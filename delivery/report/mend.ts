import type { RefusedError } from "./patience.ts";

/** What to do where a host refused. */
export type Mend = (refused: RefusedError) => string;

/** Of a comment on Bitbucket. */
export const bitbucketMend: Mend = (refused) => {
  const { status } = refused;
  const general = inGeneral(refused, "BITBUCKET_API_URL", "Bitbucket");
  if (general) return general;
  if (status === 401) return "make a new repository access token with the scope pullrequest:write";
  if (status === 403) return "give BITBUCKET_ACCESS_TOKEN the scope pullrequest:write";
  if (status === 404)
    return "let BITBUCKET_ACCESS_TOKEN be one of this repository, with the scope pullrequest:write";
  return "the comment may be of a form that Bitbucket takes no longer";
};

/** Of Bitbucket's Code Insights, for which the step's own proxy answers, and no token is used. */
export const insightsMend: Mend = (refused) => {
  const { status } = refused;
  if (status === undefined && refused.isPassing)
    return "the step's own proxy may be down: run the step again later, or let BITBUCKET_INSIGHTS_PROXY name another";
  const general = inGeneral(refused, "BITBUCKET_INSIGHTS_PROXY", "Bitbucket");
  if (general) return general;
  if (status === 401 || status === 403)
    return "the step's own proxy lets in what a pipeline says of its own repository: run it there";
  if (status === 404) return "another run may be writing the same report: run the step again";
  return "the report may be of a form that Bitbucket takes no longer";
};

/** Of a comment on GitHub. */
export const githubMend: Mend = (refused) => {
  const { status } = refused;
  const general = inGeneral(refused, "GITHUB_API_URL", "GitHub");
  if (general) return general;
  if (status === 401) return "hand this step a GITHUB_TOKEN that is still valid";
  if (status === 403 || status === 404) {
    return "give the job the permission pull-requests: write (a pull request from a fork never has it)";
  }
  return "the comment may be of a form that GitHub takes no longer";
};

/** What has to do neither with permissions nor with what was sent. */
function inGeneral(
  { status, isPassing, wait }: RefusedError,
  variable: string,
  host: string,
): string | undefined {
  if (isPassing && wait !== undefined)
    return `${host} takes no more now: run the step again in ${Math.ceil(wait / 60_000)} minutes`;
  if (isPassing) return "the host may be down: run the step again later";
  if (status === undefined || status < 400) return `let ${variable} name the API itself`;
  return undefined;
}
