import { UserError } from "../setup/user-error.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** GitHub's events whose checkout is a merge that was made for them. */
const mergeEvents = new Set(["pull_request", "pull_request_target", "merge_group"]);

/**
 * Refuses to change a stack from a pull request's pipeline: what it has checked out is a merge that no branch holds.
 * @param what the command that was asked for: `deliver`.
 * @throws UserError in such a pipeline.
 */
export function refuseInPullRequest(what: string, env: Environment): void {
  const isOne = env.BITBUCKET_PR_ID || mergeEvents.has(env.GITHUB_EVENT_NAME ?? "");
  if (!isOne) return;
  throw new UserError(
    `${what}: a pull request previews only, because its checkout is a merge that no branch holds; merge it, or use npm run preview`,
  );
}
