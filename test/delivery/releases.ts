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
