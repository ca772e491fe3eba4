import { git } from "./commits/git.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The tags that move to a release of a branch once it is proven, beside those that every release moves: `latest` on the
 * default branch, and `build-<N>` in a pipeline. A pull request is not its branch: a fork may call one `main`.
 */
export function movingTags(branch: string, defaultBranch: string, env: Environment): string[] {
  const isPullRequest = Boolean(env.BITBUCKET_PR_ID || env.GITHUB_HEAD_REF);
  const build = env.BITBUCKET_BUILD_NUMBER || env.GITHUB_RUN_NUMBER;
  return [
    ...(branch === defaultBranch && !isPullRequest ? ["latest"] : []),
    ...(build ? [`build-${build}`] : []),
  ];
}

/**
 * The default branch of a checkout: what its remote says (`git remote set-head origin --auto` asks it), else `main` or
 * `master`, whichever is there; `main` where neither is.
 */
export async function defaultBranch(folder: string): Promise<string> {
  const head = await git(folder, "symbolic-ref", "--short", "refs/remotes/origin/HEAD");
  if (head.code === 0) return head.text.replace(/^origin\//, "");
  const refs = await git(
    folder,
    "for-each-ref",
    "--format=%(refname)",
    "refs/remotes/origin",
    "refs/heads",
  );
  const known = refs.text
    .split("\n")
    .map((ref) => ref.replace(/^refs\/(?:remotes\/origin|heads)\//, ""));
  return ["main", "master"].find((name) => known.includes(name)) ?? "main";
}
