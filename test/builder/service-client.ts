import { until } from "../rehearsal/until.ts";

/** How far a build is, as the older API says it. */
export interface Status {
  readonly build_status: string;
  readonly push_status: string;
}

/** Uploads a Dockerfile as the clients do, and returns the id of its build. */
export async function upload(
  url: string,
  token: string,
  { name, tag, dockerfile }: { name: string; tag: string; dockerfile: string },
): Promise<string> {
  const body = new FormData();
  body.set("image_name", name);
  body.set("image_tag", tag);
  body.set("file", new Blob([dockerfile]), "Dockerfile");
  const answer = await fetch(`${url}/build-push`, { method: "POST", body, headers: bearer(token) });
  const told = (await answer.json()) as { build_id?: string };
  if (told.build_id === undefined) throw new Error(`refused: ${JSON.stringify(told)}`);
  return told.build_id;
}

/** Waits until a command of a build's Dockerfile runs. */
export async function begun(url: string, token: string, id: string): Promise<void> {
  await until(`the first command of build ${id}`, async () =>
    (await logOf(url, token, id)).includes("] RUN "),
  );
}

/** Waits until a build has ended either way; `log` is all that it said. */
export async function ended(
  url: string,
  token: string,
  id: string,
): Promise<Status & { readonly log: string }> {
  const headers = bearer(token);
  const { build_status, push_status } = await until(
    `the end of build ${id}`,
    async () => {
      const answer = await fetch(`${url}/build-push-status?build_id=${id}`, { headers });
      const { build_status: now } = (await answer.json()) as { build_status: Status };
      return /Completed|Failed/.test(now.push_status) && now;
    },
    150,
  );
  return { build_status, push_status, log: await logOf(url, token, id) };
}

async function logOf(url: string, token: string, id: string): Promise<string> {
  const answer = await fetch(`${url}/v1/builds/${id}/log`, { headers: bearer(token) });
  return answer.text();
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}
