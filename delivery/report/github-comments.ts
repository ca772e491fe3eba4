import { z } from "zod";
import { type Api, ask } from "./api.ts";
import type { GitHubHost } from "./host.ts";
import type { Comments } from "./own-comment.ts";
import { patiently, RefusedError, type Wait } from "./patience.ts";

/**
 * The comments of a pull request on GitHub. Who we are is GraphQL's `viewer`, which every token may ask, unlike `GET /user`;
 * where that fails it is `github-actions[bot]`, as whom a job's own token writes.
 * @see https://docs.github.com/en/rest/issues/comments
 */
export function githubComments(host: GitHubHost, wait: Wait): Comments {
  const { api: address, repository, pullRequest, token } = host;
  const headers = { accept: "application/vnd.github+json", "x-github-api-version": "2022-11-28" };
  const api: Api = { address, token, headers };
  const issues = `/repos/${repository}/issues`;
  return {
    async *list() {
      const ourselves = await whoWeAre(host, wait);
      let next: string | undefined = `${issues}/${pullRequest}/comments?per_page=100`;
      while (next !== undefined) {
        const at: string = next;
        const told = await patiently(() => ask(api, "GET", at), wait);
        for (const { id, body, user } of told.read(form)) {
          yield { id: String(id), text: body ?? "", mayBeOurs: user?.login === ourselves };
        }
        next = nextIn(told.header("link"));
      }
    },
    create: async (text) =>
      void (await ask(api, "POST", `${issues}/${pullRequest}/comments`, { body: text })),
    update: async (id, text) =>
      void (await ask(api, "PATCH", `${issues}/comments/${id}`, { body: text })),
  };
}

async function whoWeAre({ graphql, token }: GitHubHost, wait: Wait): Promise<string> {
  const api: Api = { address: graphql, token };
  try {
    const told = await patiently(
      () => ask(api, "POST", "", { query: "query { viewer { login } }" }),
      wait,
    );
    return told.read(viewer).data.viewer.login;
  } catch (error) {
    if (error instanceof RefusedError && !error.isPassing) return actions;
    throw error;
  }
}

const actions = "github-actions[bot]";

const viewer = z.object({ data: z.object({ viewer: z.object({ login: z.string() }) }) });

const form = z.array(
  z.object({
    id: z.number(),
    body: z.string().nullish(),
    user: z.object({ login: z.string() }).nullish(),
  }),
);

/** The next page's address in a `Link` header. */
function nextIn(link: string | undefined): string | undefined {
  return /<([^<>]+)>\s*;[^,]*\brel="next"/.exec(link ?? "")?.[1];
}
