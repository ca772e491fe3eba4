import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { lstatSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { RunError } from "@pulumi/pulumi/errors.js";

/** Which state of the source a release is made of. */
export interface Commit {
  /** The full hash; `<hash>-dirty-<12 hex digits>` where the build context differs from the commit. */
  readonly id: string;
  /** The branch's name; `unknown` for a detached HEAD or a tag. */
  readonly branch: string;
  /** When it was committed, in ISO 8601; absent where the checkout does not hold the commit. */
  readonly committedAt?: string;
  /** Where the source lives, an https address without credentials; absent where no remote says so. */
  readonly source?: string;
  /** What differs from the commit, as paths within the context; empty for a clean one. */
  readonly differences: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads commit and branch of a build context: from Bitbucket's variables, else GitHub's (in a pull request the head and
 * not the merge; a tag is no branch), else from git.
 * @param context the folder that is built; it may belong to another repository than this one.
 * @throws RunError when the commit cannot be known.
 */
export function readCommit(context: string, environment: Environment = process.env): Commit {
  const checkout = readCheckout(context);
  const named = fromBitbucket(environment) ?? fromGitHub(environment);
  if (checkout === undefined && named === undefined) {
    throw new RunError(
      `source.context: ${context} is not in a git checkout, so its commit is unknown; run git init and commit, or set BITBUCKET_COMMIT and BITBUCKET_BRANCH`,
    );
  }
  const hash = named?.hash ?? checkout?.hash;
  if (hash === undefined) {
    throw new RunError(
      `source.context: the repository of ${context} has no commit yet; commit first`,
    );
  }
  const differences = checkout?.differences ?? [];
  const committedAt = checkout && git(context, ["log", "-1", "--format=%cI", hash])?.trim();
  const source = named?.source ?? (checkout && remoteAddress(context));
  return {
    id: differences.length === 0 ? hash : `${hash}-dirty-${hashOfDifference(context, differences)}`,
    branch: (named ? named.branch : checkout?.branch) ?? "unknown",
    differences,
    ...(committedAt && { committedAt }),
    ...(source && { source }),
  };
}

interface Named {
  readonly hash: string;
  readonly branch: string | undefined;
  readonly source: string | undefined;
}

function fromBitbucket(environment: Environment): Named | undefined {
  const hash = environment.BITBUCKET_COMMIT;
  if (!hash) return undefined;
  return {
    hash,
    branch: environment.BITBUCKET_BRANCH || undefined,
    source: environment.BITBUCKET_GIT_HTTP_ORIGIN,
  };
}

function fromGitHub(environment: Environment): Named | undefined {
  const hash = environment.GITHUB_SHA;
  if (!hash) return undefined;
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = environment;
  const source = server && repository ? `${server}/${repository}` : undefined;
  if (environment.GITHUB_HEAD_REF) {
    return {
      hash: pullRequestHead(environment.GITHUB_EVENT_PATH) ?? hash,
      branch: environment.GITHUB_HEAD_REF,
      source,
    };
  }
  const branch = environment.GITHUB_REF_TYPE === "branch" ? environment.GITHUB_REF_NAME : undefined;
  return { hash, branch, source };
}

/** In a pull request `GITHUB_SHA` is a merge that exists nowhere else; the event file names the commit that was pushed. */
function pullRequestHead(eventPath: string | undefined): string | undefined {
  if (!eventPath) return undefined;
  const event = JSON.parse(readFileSync(eventPath, "utf8")) as {
    pull_request?: { head?: { sha?: string } };
  };
  return event.pull_request?.head?.sha;
}

interface Checkout {
  readonly hash: string | undefined;
  readonly branch: string | undefined;
  readonly differences: readonly string[];
}

/** One call of git tells commit, branch and every path of the context that differs from the commit. */
function readCheckout(context: string): Checkout | undefined {
  const status = git(context, [
    "status",
    "--porcelain=v2",
    "--branch",
    "--untracked-files=all",
    "--no-renames",
    "-z",
    "--",
    ".",
  ]);
  if (status === undefined) return undefined;
  const records = status.split("\0").filter((record) => record !== "");
  const header = (name: string): string | undefined =>
    records.find((record) => record.startsWith(`# ${name} `))?.slice(name.length + 3);
  const hash = header("branch.oid");
  const branch = header("branch.head");
  return {
    hash: hash === "(initial)" ? undefined : hash,
    branch: branch === "(detached)" ? undefined : branch,
    differences: records
      .filter((record) => !record.startsWith("#"))
      .map(changedPath)
      .sort(),
  };
}

/** Cuts the path off a porcelain v2 record: `1` has eight fields before it, `u` ten, `?` one. */
function changedPath(record: string): string {
  const fieldsBefore = { "1": 8, u: 10, "?": 1 }[record[0] ?? "?"] ?? 1;
  return record.split(" ").slice(fieldsBefore).join(" ");
}

/** Hashes what the changed files hold now, so that the same difference has the same name on every machine. */
function hashOfDifference(context: string, differences: readonly string[]): string {
  const root = git(context, ["rev-parse", "--show-toplevel"])?.trim() ?? context;
  const hash = createHash("sha256");
  for (const path of differences) {
    hash
      .update(`${path}\0`)
      .update(contentOf(join(root, path)))
      .update("\0");
  }
  return hash.digest("hex").slice(0, 12);
}

/** A file's content behind its executable bit, or a link's target: what git would commit of it. */
function contentOf(path: string): Buffer | string {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return "deleted";
  if (stat.isSymbolicLink()) return `link ${readlinkSync(path)}`;
  if (stat.isDirectory()) return "nested repository";
  return Buffer.concat([Buffer.from(stat.mode & 0o100 ? "x" : "-"), readFileSync(path)]);
}

/** The `origin` remote as an https address without user and password; undefined for folders and unknown forms. */
function remoteAddress(context: string): string | undefined {
  const remote = git(context, ["config", "--get", "remote.origin.url"])?.trim() ?? "";
  const { host, path } =
    /^(?:(?:https?|ssh|git):\/\/(?:[^@/]*@)?|[^@/:]+@)(?<host>[^/:]+)(?::\d+)?[/:](?<path>.+?)(?:\.git)?\/?$/.exec(
      remote,
    )?.groups ?? {};
  return host && path ? `https://${host}/${path}` : undefined;
}

/** Git's answer; undefined when the folder is in no checkout or git has nothing to say. */
function git(folder: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync("git", ["-C", folder, ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 256 * 1024 * 1024,
    });
  } catch (error) {
    const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === "ENOENT") {
      throw new RunError("git: not found on PATH; install git, it tells which commit is delivered");
    }
    if (stderr?.includes("dubious ownership")) {
      throw new RunError(
        `git: ${folder} belongs to another user; run git config --global --add safe.directory for its repository`,
      );
    }
    return undefined;
  }
}
