import { globSync } from "node:fs";
import { trackedFiles } from "./tracked-files.ts";

/** What a check needs beside Node's modules, by the names of `setup/ready.ts`. */
export type CheckNeed = "python-tools" | "check-tools" | "actionlint";

/** One look at the files of the tree, which runs nothing of what they hold. */
export interface Check {
  readonly name: string;
  /** `lint`: form and plain mistakes; `scan`: security. */
  readonly group: "lint" | "scan";
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]];
  /** The folders it is run in, one after the other, relative to the tree. Default: the tree itself. */
  readonly folders?: readonly string[];
  /** The files given to it as further arguments, for the folder's path. One or more must be there. */
  readonly files?: (folder: string) => readonly string[];
  /** Variables of its environment beside this process's. */
  readonly env?: Readonly<Record<string, string>>;
  readonly needs?: CheckNeed;
}

/** The folders with an app and its Dockerfile. */
const APPS = ["app", "examples/django", "examples/todo"];

/** The folders with a Dockerfile. */
const IMAGES = [...APPS, "builder"];

/** The folders with Python code; each has the settings of its own tools. */
const PYTHON = [...APPS, "checks/secrets"];

/** An example may be a repository of its own one day, with a pipeline of its own. */
const PIPELINES = "{,examples/*/}bitbucket-pipelines.yml";

const WORKFLOWS = ".github/workflows/*.{yml,yaml}";

const ACTIONS = ".github/actions/*/action.{yml,yaml}";

/** By these Pulumi's engine tells what is secret. */
const PULUMI_MARKS = ["4dabf18193072939515e22adb298388d", "1b47061264138c4ac30d75fd1eb44270"];

/** Every static check there is; in each group those that take longest begin. */
export const checks: readonly Check[] = [
  { name: "types", group: "lint", command: ["tsc", "-p", "."] },
  { name: "page-types", group: "lint", command: ["tsc", "-p", "builder/page"] },
  {
    name: "biome",
    group: "lint",
    command: ["biome", "ci", "--colors=off", "--error-on-warnings", "."],
  },
  python("black", "--check", "--quiet", "."),
  python("isort", "--check-only", "."),
  python("pycodestyle", "."),
  {
    // Mistakes alone: the form of lines is pycodestyle's, by the rules of each folder.
    ...python("flake8", "--isolated", "--select=F", "."),
    needs: "check-tools",
  },
  {
    name: "hadolint",
    group: "lint",
    command: ["hadolint"],
    files: matching("Dockerfile"),
    folders: IMAGES,
    needs: "python-tools",
  },
  schema("pipeline", "vendor.bitbucket-pipelines", PIPELINES),
  schema("workflows", "vendor.github-workflows", WORKFLOWS),
  schema("actions", "vendor.github-actions", ACTIONS),
  {
    name: "actionlint",
    group: "lint",
    // Without its calls of other programs the result does not depend on what the machine has.
    command: ["actionlint", "-shellcheck=", "-pyflakes="],
    files: matching(WORKFLOWS),
    needs: "actionlint",
  },
  {
    name: "zizmor",
    group: "lint",
    command: ["zizmor", "--offline", "--no-progress", "--quiet", "--persona=pedantic"],
    files: matching(WORKFLOWS, ACTIONS),
    needs: "check-tools",
  },
  {
    name: "secrets",
    group: "scan",
    command: [
      "detect-secrets-hook",
      // It would ask the services themselves whether what it found is valid.
      "--no-verify",
      // Any text that is assigned to something called a secret or a token: here mostly the names of such. Passwords are found below.
      "--disable-plugin=KeywordDetector",
      "--plugin=checks/secrets/kinds.py",
      // Commits and digests, which this project is about, and the marks of Pulumi's protocol.
      `--exclude-secrets=^(?:[0-9a-f]{40}|[0-9a-f]{64}|${PULUMI_MARKS.join("|")})$`,
    ],
    files: trackedFiles,
    needs: "check-tools",
  },
  {
    name: "bandit",
    group: "scan",
    command: ["bandit", "--quiet", "--recursive", "--configfile=pyproject.toml", "."],
    folders: PYTHON,
    needs: "check-tools",
  },
  {
    name: "eslint",
    group: "scan",
    command: ["eslint", "--config=checks/eslint.config.js", "--max-warnings=0", "."],
  },
  {
    name: "checkov",
    group: "scan",
    // Of GitHub it reads workflows alone; the actions of this tree are zizmor's.
    command: [
      "checkov",
      "--quiet",
      "--compact",
      "--skip-download",
      "--framework=dockerfile",
      "--framework=bitbucket_pipelines",
      "--framework=github_actions",
      // Nothing is built of what the workflows are told by hand: they name a commit or a stack that is there.
      "--skip-check=CKV_GHA_7",
      "--file",
    ],
    files: matching(`{${IMAGES.join()}}/Dockerfile`, PIPELINES, WORKFLOWS),
    // It would ask the package index for a newer version of itself.
    env: { CKV_SKIP_PACKAGE_UPDATE_CHECK: "true" },
    needs: "check-tools",
  },
];

function python(name: string, ...args: string[]): Check {
  return { name, group: "lint", command: [name, ...args], folders: PYTHON, needs: "python-tools" };
}

function schema(name: string, builtIn: string, files: string): Check {
  return {
    name,
    group: "lint",
    command: ["check-jsonschema", `--builtin-schema=${builtIn}`],
    files: matching(files),
    needs: "check-tools",
  };
}

function matching(...globs: string[]): NonNullable<Check["files"]> {
  return (folder) => globs.flatMap((glob) => globSync(glob, { cwd: folder }).toSorted());
}
