import { expect, it } from "vitest";
import { defaultBranch, movingTags } from "../../delivery/moving-tags.ts";
import { git, repository, temporaryFolder } from "../infra/repository.ts";

it.each<[branch: string, env: Record<string, string>, tags: string[]]>([
  ["main", {}, ["latest"]],
  ["feature/x", {}, []],
  ["unknown", {}, []],
  ["main", { BITBUCKET_BUILD_NUMBER: "7" }, ["latest", "build-7"]],
  ["feature/x", { GITHUB_RUN_NUMBER: "8" }, ["build-8"]],
  ["main", { BITBUCKET_PR_ID: "3", BITBUCKET_BUILD_NUMBER: "7" }, ["build-7"]],
  ["main", { GITHUB_HEAD_REF: "main" }, []],
])("on %s with %j the tags are %j", (branch, env, tags) => {
  expect(movingTags(branch, "main", env)).toEqual(tags);
});

it("knows the default branch of the remote", async () => {
  const { folder } = repository();
  git(folder, "update-ref", "refs/remotes/origin/trunk", "HEAD");
  git(folder, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk");
  expect(await defaultBranch(folder)).toBe("trunk");
});

it("guesses at main or master without a remote that says so", async () => {
  const { folder } = repository();
  expect(await defaultBranch(folder)).toBe("main");
  git(folder, "branch", "--move", "master");
  expect(await defaultBranch(folder)).toBe("master");
  expect(await defaultBranch(temporaryFolder())).toBe("main");
});
