import { z } from "zod";
import { type Api, ask } from "./api.ts";
import type { BitbucketHost } from "./host.ts";
import type { Comments } from "./own-comment.ts";
import { patiently, RefusedError, type Wait } from "./patience.ts";

/**
 * The comments of a pull request on Bitbucket. Who we are is what `GET /user` says; a repository's access token may not ask
 * that, and writes as an app of its own: then any app's comment may be ours, and Bitbucket forbids to change another's.
 * @see https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pullrequests/
 */
export function bitbucketComments(
  { api: address, repository, pullRequest, token }: BitbucketHost,
  wait: Wait,
): Comments {
  const api: Api = { address, token };
  const path = `/repositories/${repository}/pullrequests/${pullRequest}/comments`;
  return {
    async *list() {
      const ourselves = await whoWeAre(api, wait);
      let next: string | undefined = `${path}?pagelen=100`;
      while (next !== undefined) {
        const at: string = next;
        const page = (await patiently(() => ask(api, "GET", at), wait)).read(form);
        for (const { id, content, user, deleted, inline, parent } of page.values) {
          if (deleted || inline || parent) continue;
          const mayBeOurs =
            ourselves === undefined ? user?.type === "app_user" : user?.uuid === ourselves;
          yield { id: String(id), text: content.raw, mayBeOurs };
        }
        next = page.next;
      }
    },
    create: async (text) => void (await ask(api, "POST", path, { content: { raw: text } })),
    update: async (id, text) =>
      void (await ask(api, "PUT", `${path}/${id}`, { content: { raw: text } })),
  };
}

async function whoWeAre(api: Api, wait: Wait): Promise<string | undefined> {
  try {
    return (await patiently(() => ask(api, "GET", "/user"), wait)).read(self).uuid;
  } catch (error) {
    // A token that is no good at all is told by the next request.
    const isRefusal = error instanceof RefusedError && !error.isPassing;
    if (isRefusal && [401, 403, 404].includes(error.status ?? 0)) return undefined;
    throw error;
  }
}

const self = z.object({ uuid: z.string() });

const form = z.object({
  next: z.string().optional(),
  values: z.array(
    z.object({
      id: z.number(),
      content: z.object({
        raw: z
          .string()
          .nullish()
          .transform((raw) => raw ?? ""),
      }),
      user: z.object({ uuid: z.string().optional(), type: z.string().optional() }).nullish(),
      deleted: z.boolean().optional(),
      inline: z.unknown().optional(),
      parent: z.unknown().optional(),
    }),
  ),
});
