import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, readFileSync, readlinkSync } from "node:fs";
import { join, relative } from "node:path";
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
  /** What differs from the commit, as paths from the repository's root; empty for a clean one. */
  readonly differences: readonly string[];
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What else there is to know about a build context. */
export interface CommitOptions {
  /** Counts as part of the context, wherever it is in its repository. Default: inside the context. */
  readonly dockerfile?: string;
  /** The pipeline's variables. */
  readonly environment?: Environment;
  /** A folder of the checkout that the pipeline's variables speak of. */
  readonly pipeline?: string;
}

/**
 * Reads commit and branch of a build context: from Bitbucket's variables, else GitHub's (in a pull request the head and
 * not the merge; a tag is no branch), else from git. The variables speak of the pipeline's own checkout, so they do not
 * count for a context in another repository.
 * @param context the folder that is built.
 * @throws RunError when the commit cannot be known.
 */
export function readCommit(context: string, options: CommitOptions = {}): Commit {
  const { dockerfile, environment = process.env, pipeline = import.meta.dirname } = options;
  const checkout = readCheckout(context, dockerfile);
  const variables = fromBitbucket(environment) ?? fromGitHub(environment);
  const named = variables && isForeign(context, pipeline) ? undefined : variables;
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
  const source = webAddress(
    named?.source ?? (checkout && git(context, ["config", "--get", "remote.origin.url"])) ?? "",
  );
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

/** Whether a context belongs to another repository than the one of a pipeline. */
function isForeign(context: string, pipeline: string): boolean {
  const root = rootOf(context);
  return root !== undefined && root !== rootOf(pipeline);
}

function rootOf(folder: string): string | undefined {
  return git(folder, ["rev-parse", "--show-toplevel"])?.trim();
}

/** In a pull request `GITHUB_SHA` is a merge that exists nowhere else; the event file names the commit that was pushed. */
function pullRequestHead(eventPath: string | undefined): string | undefined {
  if (!eventPath || !existsSync(eventPath)) return undefined;
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
function readCheckout(context: string, dockerfile: string | undefined): Checkout | undefined {
  const isOutside = dockerfile !== undefined && relative(context, dockerfile).startsWith("..");
  const paths = isOutside ? [".", relative(context, dockerfile)] : ["."];
  const status = git(context, [
    "status",
    "--porcelain=v2",
    "--branch",
    "--untracked-files=all",
    "--no-renames",
    "-z",
    "--",
    ...paths,
  ]);
  if (status === undefined && isOutside && rootOf(context) !== undefined) {
    throw new RunError(
      `source.dockerfile: ${dockerfile} is outside the repository of ${context}, whose commit would not tell of it; move it there`,
    );
  }
  if (status === undefined) return undefined;
  const records = status.split("\0").filter((record) => record !== "");
  const header = (name: string): string | undefined =>
    records.find((record) => record.startsWith(`# ${name} `))?.slice(name.length + 3);
  const hash = header("branch.oid");
  const branch = header("branch.head");
  return {
    hash: hash === "(initial)" ? undefined : hash,
    branch: branch === "(detached)" ? undefined : branch,
    differences: [
      ...new Set(records.filter((record) => !record.startsWith("#")).map(changedPath)),
    ].sort(),
  };
}

/** Cuts the path off a porcelain v2 record: `1` has eight fields before it, `u` ten, `?` one. */
function changedPath(record: string): string {
  const fieldsBefore = { "1": 8, u: 10, "?": 1 }[record[0] ?? "?"] ?? 1;
  return record.split(" ").slice(fieldsBefore).join(" ");
}

/** Hashes what the changed files hold now, so that the same difference has the same name on every machine. */
function hashOfDifference(context: string, differences: readonly string[]): string {
  const root = rootOf(context) ?? context;
  const hash = createHash("sha256");
  for (const path of differences) {
    const content = createHash("sha256")
      .update(contentOf(join(root, path)))
      .digest();
    hash.update(`${path}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 12);
}

/** A file's content behind its executable bit, or a link's target: what git would commit of it. */
function contentOf(path: string): Buffer | string {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return "deleted";
  if (stat.isSymbolicLink()) return `link ${readlinkSync(path)}`;
  if (stat.isDirectory()) return `repository ${readCommit(path, { environment: {} }).id}`;
  return Buffer.concat([Buffer.from(stat.mode & 0o100 ? "x" : "-"), readFileSync(path)]);
}

/** Web addresses keep their port; those for SSH and git have one that no browser could use. */
const remoteForms = [
  /^https?:\/\/(?:[^@/]*@)?([^/]+)\/+(.+?)(?:\.git)?\/?$/,
  /^(?:ssh|git):\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/+(.+?)(?:\.git)?\/?$/,
  /^[^@/:]+@([^/:]+):\/*(.+?)(?:\.git)?\/?$/,
];

/** A remote as an https address without user and password; undefined for folders and unknown forms. */
function webAddress(remote: string): string | undefined {
  const [, host, path] = remoteForms.flatMap((form) => form.exec(remote.trim()) ?? []);
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
