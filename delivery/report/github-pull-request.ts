import { z } from "zod";
import { ask } from "./api.ts";
import type { GitHubHost } from "./host.ts";
import { patiently, type Wait } from "./patience.ts";

/**
 * The number of the pull request that a job's report is about: the one that started it, else the newest open one of its
 * branch, because the clouds let a branch's push preview and a pull request not. Undefined where there is none.
 * @throws RefusedError when GitHub refuses.
 * @see https://docs.github.com/en/rest/pulls/pulls#list-pull-requests
 */
export async function githubPullRequest(host: GitHubHost, wait: Wait): Promise<string | undefined> {
  const { api: address, repository, pullRequest, branch, token } = host;
  if (pullRequest !== undefined || branch === undefined) return pullRequest;
  const [owner] = repository.split("/");
  const query = new URLSearchParams({ state: "open", head: `${owner}:${branch}` });
  const headers = { accept: "application/vnd.github+json", "x-github-api-version": "2022-11-28" };
  const path = `/repos/${repository}/pulls?${query}`;
  const told = await patiently(() => ask({ address, token, headers }, "GET", path), wait);
  // Asked with words that it does not take for a branch, GitHub leaves the question out and lists every pull request.
  const own = told
    .read(form)
    .find(({ head }) => head.ref === branch && head.repo?.full_name === repository);
  return own && String(own.number);
}

const form = z.array(
  z.object({
    number: z.number().int(),
    head: z.object({ ref: z.string(), repo: z.object({ full_name: z.string() }).nullish() }),
  }),
);
