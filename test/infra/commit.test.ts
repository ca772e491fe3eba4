import { join } from "node:path";
import { RunError } from "@pulumi/pulumi/errors.js";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readCommit } from "../../infra/commit.ts";
import { committedAt, git, repository, temporaryFolder, write } from "./repository.ts";

/** Reads a commit as a pipeline in that very checkout would. */
const read = (folder: string, environment: Record<string, string | undefined>) =>
  readCommit(folder, { environment, pipeline: folder });

beforeEach(() => {
  vi.stubEnv("GIT_CONFIG_GLOBAL", "/dev/null");
  vi.stubEnv("GIT_CONFIG_SYSTEM", "/dev/null");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const someHash = "0123456789abcdef0123456789abcdef01234567";
const otherHash = "89abcdef0123456789abcdef0123456789abcdef";

function failure(read: () => unknown): RunError {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(RunError);
    return error as RunError;
  }
  throw new Error("nothing failed");
}

describe("a checkout", () => {
  it("tells its commit, its branch and the commit's date", () => {
    const { folder, hash } = repository();
    expect(read(join(folder, "app"), {})).toEqual({
      id: hash,
      branch: "main",
      committedAt,
      differences: [],
    });
  });

  it.each([["feature/x"], ["b".repeat(200)], ["ünïcode-ß"]])("tells the branch %s", (branch) => {
    const { folder, hash } = repository();
    git(folder, "checkout", "--quiet", "-b", branch);
    expect(read(folder, {})).toEqual({ id: hash, branch, committedAt, differences: [] });
  });

  it("tells a branch of 300 characters", () => {
    const { folder } = repository();
    const branch = ["a", "b", "c"]
      .map((letter) => letter.repeat(99))
      .join("/")
      .padEnd(300, "d");
    git(folder, "checkout", "--quiet", "-b", branch);
    expect(read(folder, {}).branch).toBe(branch);
  });

  it("has no branch with a detached HEAD", () => {
    const { folder, hash } = repository();
    git(folder, "checkout", "--quiet", "--detach");
    expect(read(folder, {})).toEqual({
      id: hash,
      branch: "unknown",
      committedAt,
      differences: [],
    });
  });

  it("without a commit says so", () => {
    const folder = temporaryFolder();
    git(folder, "init", "--quiet");
    expect(failure(() => read(folder, {})).message).toBe(
      `source.context: the repository of ${folder} has no commit yet; commit first`,
    );
  });

  it("is asked for where there is none", () => {
    const folder = temporaryFolder();
    expect(failure(() => read(folder, {})).message).toBe(
      `source.context: ${folder} is not in a git checkout, so its commit is unknown; run git init and commit, or set BITBUCKET_COMMIT and BITBUCKET_BRANCH`,
    );
  });

  it("of its own inside another one tells its own commit", () => {
    const { folder } = repository();
    const nested = join(folder, "app", "nested");
    write(nested, { "main.py": "print(2)\n" });
    git(nested, "init", "--quiet", "--initial-branch", "trunk");
    git(nested, "add", ".");
    git(nested, "commit", "--quiet", "--message", "Its own");
    const hash = git(nested, "rev-parse", "HEAD").trim();
    expect(read(nested, {})).toEqual({
      id: hash,
      branch: "trunk",
      committedAt,
      differences: [],
    });
  });

  it("cannot be read without git, and says what to install", () => {
    const { folder } = repository();
    vi.stubEnv("PATH", folder);
    expect(failure(() => read(folder, {})).message).toBe(
      "git: not found on PATH; install git, it tells which commit is delivered",
    );
  });
});

describe("a remote called origin", () => {
  const address = "https://example.com/team/app";
  it.each([
    ["https://example.com/team/app.git", address],
    ["https://example.com/team/app", address],
    ["https://example.com/team/app/", address],
    ["http://example.com/team/app.git", address],
    ["https://user@example.com/team/app.git", address],
    ["https://user:password@example.com/team/app.git", address],
    ["ssh://git@example.com/team/app.git", address],
    ["ssh://git@example.com:7999/team/app.git", address],
    ["git@example.com:team/app.git", address],
    ["git@example.com:/team/app.git", address],
    ["https://user:password@example.com:8443/team/app.git", "https://example.com:8443/team/app"],
  ])("%s is the source %s", (remote, source) => {
    const { folder } = repository();
    git(folder, "remote", "add", "origin", remote);
    expect(read(folder, {}).source).toBe(source);
  });

  it.each(["/srv/git/app.git", "../app", "file:///srv/git/app.git", "C:\\git\\app"])(
    "%s is no source",
    (remote) => {
      const { folder } = repository();
      git(folder, "config", "remote.origin.url", remote);
      expect(read(folder, {})).not.toHaveProperty("source");
    },
  );
});

describe("Bitbucket's variables", () => {
  it("come before GitHub's and before the checkout", () => {
    const { folder } = repository();
    expect(
      read(folder, {
        BITBUCKET_COMMIT: someHash,
        BITBUCKET_BRANCH: "feature/x",
        BITBUCKET_GIT_HTTP_ORIGIN: "https://bitbucket.org/team/app",
        GITHUB_SHA: otherHash,
        GITHUB_REF_TYPE: "branch",
        GITHUB_REF_NAME: "other",
      }),
    ).toEqual({
      id: someHash,
      branch: "feature/x",
      source: "https://bitbucket.org/team/app",
      differences: [],
    });
  });

  it("name no branch on a tag build, whatever the checkout is on", () => {
    const { folder, hash } = repository();
    const environment = { BITBUCKET_COMMIT: hash, BITBUCKET_TAG: "v1" };
    expect(read(folder, environment)).toEqual({
      id: hash,
      branch: "unknown",
      committedAt,
      differences: [],
    });
  });

  it("suffice without a checkout", () => {
    expect(
      read(temporaryFolder(), { BITBUCKET_COMMIT: someHash, BITBUCKET_BRANCH: "main" }),
    ).toEqual({ id: someHash, branch: "main", differences: [] });
  });

  it("do not count for a context in another repository", () => {
    const { folder, hash } = repository();
    const environment = { BITBUCKET_COMMIT: someHash, BITBUCKET_BRANCH: "release" };
    const { id, branch } = readCommit(folder, { environment, pipeline: repository().folder });
    expect({ id, branch }).toEqual({ id: hash, branch: "main" });
  });

  it("do not hide that the context differs", () => {
    const { folder, hash } = repository();
    write(folder, { "app/main.py": "print(2)\n" });
    const commit = read(folder, { BITBUCKET_COMMIT: hash, BITBUCKET_BRANCH: "main" });
    expect(commit).toEqual({
      id: expect.stringMatching(new RegExp(`^${hash}-dirty-[0-9a-f]{12}$`)),
      branch: "main",
      committedAt,
      differences: ["app/main.py"],
    });
  });
});

describe("GitHub's variables", () => {
  const github = {
    GITHUB_SHA: someHash,
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: "team/app",
  };
  const source = "https://github.com/team/app";

  it("name a branch", () => {
    const environment = { ...github, GITHUB_REF_TYPE: "branch", GITHUB_REF_NAME: "feature/x" };
    expect(read(temporaryFolder(), environment)).toEqual({
      id: someHash,
      branch: "feature/x",
      source,
      differences: [],
    });
  });

  it("name no branch on a tag build", () => {
    const environment = { ...github, GITHUB_REF_TYPE: "tag", GITHUB_REF_NAME: "v1" };
    expect(read(temporaryFolder(), environment)).toEqual({
      id: someHash,
      branch: "unknown",
      source,
      differences: [],
    });
  });

  const pullRequest = {
    ...github,
    GITHUB_HEAD_REF: "feature/x",
    GITHUB_REF_TYPE: "branch",
    GITHUB_REF_NAME: "7/merge",
  };

  it("name the head of a pull request and not the merge", () => {
    const folder = temporaryFolder();
    write(folder, { "event.json": JSON.stringify({ pull_request: { head: { sha: otherHash } } }) });
    const environment = { ...pullRequest, GITHUB_EVENT_PATH: join(folder, "event.json") };
    expect(read(folder, environment)).toEqual({
      id: otherHash,
      branch: "feature/x",
      source,
      differences: [],
    });
  });

  it("name what was checked out where the event says nothing of a head", () => {
    const folder = temporaryFolder();
    write(folder, { "event.json": "{}" });
    const environment = { ...pullRequest, GITHUB_EVENT_PATH: join(folder, "event.json") };
    expect(read(folder, environment).id).toBe(someHash);
    expect(read(folder, pullRequest).id).toBe(someHash);
  });
});

describe("a Dockerfile outside of its context", () => {
  it("counts as part of it", () => {
    const { folder, hash } = repository();
    const dockerfile = join(folder, "Dockerfile");
    write(folder, { Dockerfile: "FROM scratch\n" });
    const { id, differences } = readCommit(join(folder, "app"), { dockerfile, environment: {} });
    expect(id).toMatch(new RegExp(`^${hash}-dirty-[0-9a-f]{12}$`));
    expect(differences).toEqual(["Dockerfile"]);
  });

  it("is refused in another repository, where the commit would not tell of it", () => {
    const context = join(repository().folder, "app");
    const dockerfile = join(temporaryFolder(), "Dockerfile");
    expect(failure(() => readCommit(context, { dockerfile, environment: {} })).message).toBe(
      `source.dockerfile: ${dockerfile} is outside the repository of ${context}, whose commit would not tell of it; move it there`,
    );
  });
});
