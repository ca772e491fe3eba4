import { type Api, ask } from "./api.ts";
import type { BitbucketHost } from "./host.ts";
import { insightsOf } from "./insights.ts";
import { patiently, RefusedError, type Wait } from "./patience.ts";
import type { Report } from "./report.ts";
import { through } from "./transport.ts";

/** Annotations that Bitbucket takes in one request. */
const batch = 100;

/** How often all of it is written. */
const tries = 3;

/**
 * Writes Bitbucket's Code Insights report of a commit, and its annotations, in place of an earlier one. Inside a step it goes
 * through the step's own proxy, which needs plain HTTP and no token.
 * @throws RefusedError when Bitbucket refuses.
 * @see https://support.atlassian.com/bitbucket-cloud/docs/code-insights/
 */
export async function writeInsights(
  report: Report,
  host: BitbucketHost,
  wait: Wait,
): Promise<void> {
  const { repository, commit, insightsProxy } = host;
  const api: Api = {
    address: "http://api.bitbucket.org/2.0",
    transport: through(insightsProxy),
  };
  const { id, body, annotations } = insightsOf(report);
  const path = `/repositories/${repository}/commit/${commit}/reports/${encodeURIComponent(id)}`;
  for (let attempt = 1; ; attempt++) {
    try {
      // Annotations of an earlier run of this step would stay beside the new ones.
      await patiently(() => forget(api, path), wait);
      await patiently(() => ask(api, "PUT", path, body), wait);
      for (let at = 0; at < annotations.length; at += batch) {
        const some = annotations.slice(at, at + batch);
        await patiently(() => ask(api, "POST", `${path}/annotations`, some), wait);
      }
      return;
    } catch (error) {
      // Another run of the same commit has taken the report away in between, to write it itself.
      if (!isGone(error) || attempt === tries) throw error;
      await wait(1000 * attempt).catch(() => {
        throw error;
      });
    }
  }
}

function isGone(error: unknown): boolean {
  return error instanceof RefusedError && error.status === 404;
}

async function forget(api: Api, path: string): Promise<void> {
  try {
    await ask(api, "DELETE", path);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}
