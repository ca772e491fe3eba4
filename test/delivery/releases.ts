/** The image that the pretended program makes of a commit. */
export function imageOf(commit: string, service = "web"): string {
  return `localhost:5055/${service}@sha256:${commit.slice(0, 8).repeat(8)}`;
}

/** A release as the program's output says it. */
export function releaseOf(commit: string, more: object = {}) {
  return {
    url: "http://localhost:8000",
    image: imageOf(commit),
    commit,
    branch: "main",
    servedCommit: commit,
    ...more,
  };
}

/** What Pulumi's CLI says of a stack in a bucket that another process has locked. */
export const lockWords =
  "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.\n" +
  "  gs://state/.pulumi/locks/organization/slipway/production/7f962f52.json: created by ci@runner (pid 12) at 2026-03-01T12:00:00Z\n";
