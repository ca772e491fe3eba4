import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type Check, checks } from "../../checks/checks.ts";
import { runCheck, type Tools, toolsFor } from "../../checks/run-checks.ts";
import { trackedFiles } from "../../checks/tracked-files.ts";
import { silentStory } from "../../setup/story.ts";
import { type Checkout, copyCheckout } from "../rehearsal/checkout.ts";

// One fault for each check, in a copy of this tree: the check finds it. That it finds nothing in the tree as it is, `npm run lint`
// and `npm run scan` say, which are suites of `npm test` too.

let checkout: Checkout;
let tools: Tools;

beforeAll(async () => {
  tools = await toolsFor(checks, silentStory);
  checkout = copyCheckout();
  checkout.commit("Whole");
});

afterEach(() => {
  checkout.git("reset", "--hard", "--quiet");
});

afterAll(() => checkout?.remove());

/** A workflow with these lines as its one job's steps. */
const workflow = (...steps: string[]): string =>
  [
    "name: Planted",
    "on: { push: { branches: [main] } }",
    "permissions: {}",
    "jobs:",
    "  planted:",
    "    runs-on: ubuntu-24.04",
    "    steps:",
    ...steps.map((line) => `      ${line}`),
    "",
  ].join("\n");

/** What is appended to which file, and a word of what the check says of it. */
const faults: readonly [check: string, file: string, text: string, word: string][] = [
  ["types", "delivery/planted.ts", 'export const planted: number = "text";\n', "TS2322"],
  ["page-types", "builder/page/planted.js", 'Math.round("text");\n', "TS2345"],
  ["biome", "delivery/planted.ts", "export function planted() { debugger }\n", "noDebugger"],
  ["black", "app/src/planted.py", "planted = [ 1,2 ]\n", ""],
  ["isort", "app/src/planted.py", "import sys\nimport os\n", "planted.py"],
  ["pycodestyle", "app/src/planted.py", "planted = 1 \n", "W291"],
  ["flake8", "app/src/planted.py", "import os\n", "F401"],
  ["hadolint", "app/Dockerfile", "RUN sudo true\n", "DL3004"],
  ["pipeline", "bitbucket-pipelines.yml", "    planted: 1\n", "planted"],
  ["workflows", ".github/workflows/planted.yml", "name: Planted\non: push\n", "jobs"],
  [
    "actions",
    ".github/actions/prepare/action.yml",
    "    - run: echo planted\n      shel: bash\n",
    "shel",
  ],
  [
    "actionlint",
    ".github/workflows/planted.yml",
    workflow(`- run: echo "\${{ github.planted }}"`),
    "planted",
  ],
  [
    "zizmor",
    ".github/workflows/planted.yml",
    workflow(`- run: echo \${{ github.head_ref }}`),
    "template-injection",
  ],
  [
    "zizmor",
    ".github/actions/prepare/action.yml",
    `    - run: echo \${{ inputs.planted }}\n      shell: bash\n`,
    "template-injection",
  ],
  ["bandit", "app/src/planted.py", "import pickle\n\npickle.loads(b'')\n", "B301"],
  [
    "eslint",
    "delivery/planted.ts",
    "export const planted = (text: string) => eval(text);\n",
    "detect-eval-with-expression",
  ],
  ["checkov", "app/Dockerfile", "USER root\n", "CKV_DOCKER_8"],
];

/** Made here, so that this file holds none. */
const noise = (encoding: "base64" | "hex", length: number): string =>
  createHash("sha512").update("planted").digest(encoding).slice(0, length);

const secrets: readonly [kind: string, text: string][] = [
  ["AWS Access Key", `AKIA${noise("hex", 16).toUpperCase()}`],
  ["Private Key", `-----BEGIN RSA ${"PRIVATE"} KEY-----\n${noise("base64", 64)}`],
  ["Slack Token", `${"xoxb"}-283746501928-384756102938-${noise("hex", 24)}`],
  ["GitHub Token", `ghp_${noise("hex", 36)}`],
  ["Base64 High Entropy String", `token = "${noise("base64", 40)}"`],
  ["Hex High Entropy String", `key = "${noise("hex", 32)}"`],
  ["Basic Auth Credentials", `https://deploy:${noise("hex", 12)}@registry.acme.io/v2/`],
  ["Pulumi Access Token", `PULUMI_ACCESS_TOKEN=pul-${noise("hex", 40)}`],
  ["Pulumi Access Token", `const token = "pul-${noise("hex", 40)}";`],
  ["Docker Hub Token", `dckr_pat_${noise("hex", 27)}`],
  ["Assigned Password", `password = "hunter2-${noise("hex", 4)}"`],
  ["Assigned Password", `export DB_PASSWORD=hunter2-${noise("hex", 4)}`],
  ["Assigned Password", `  "clientSecret": 'hunter2-${noise("hex", 4)}',`],
];

test("each check has a fault of its own here", () => {
  expect([...new Set(faults.map(([name]) => name)), "secrets"].sort()).toEqual(
    checks.map(({ name }) => name).sort(),
  );
});

test.for(faults)("%s finds what is wrong with %s", async ([name, file, text, word], context) => {
  plant(file, text);
  const { outcome, said } = await runCheck(named(name), tools, checkout.folder);
  if (outcome === "skipped") context.skip(said);
  expect({ outcome, said }).toEqual({ outcome: "failed", said: expect.stringContaining(word) });
});

test("secrets finds each of these kinds", async () => {
  for (const [index, [, text]] of secrets.entries()) plant(`docs/planted-${index}.md`, `${text}\n`);
  // The whole tree takes longest of all, and was looked at above.
  const files = (tree: string) => trackedFiles(tree).filter((file) => file.startsWith("docs/"));
  const check = { ...named("secrets"), files };
  const { outcome, said } = await runCheck(check, tools, checkout.folder);
  const kinds = [...said.matchAll(/Secret Type: (.+)\nLocation: +docs\/planted-(\d+)\.md/g)].map(
    ([, kind, index]) => [Number(index), kind],
  );
  expect(outcome).toBe("failed");
  expect(kinds).toEqual(expect.arrayContaining(secrets.map(([kind], index) => [index, kind])));
});

test("the command ends with 1 and the names of the checks that failed", () => {
  plant("app/src/planted.py", "import os, sys\nplanted = [ 1,2 ]\n");
  const { status, stderr } = run(["lint", "isort", "pycodestyle", "flake8", "black"]);
  expect({ status, last: stderr.trim().split("\n").at(-1) }).toEqual({
    status: 1,
    last: "failed: black, isort, pycodestyle, flake8",
  });
});

test("the command fails in a pipeline that lacks a tool, and nowhere else", () => {
  const empty = join(checkout.folder, "empty");
  // Neither GitHub nor the Go proxy can be reached, and nothing was brought before.
  const lacking = {
    ...{ XDG_CACHE_HOME: empty, GOMODCACHE: empty, GOPROXY: "off" },
    ...{ NODE_USE_ENV_PROXY: "1", HTTPS_PROXY: "http://127.0.0.1:9", NO_PROXY: "" },
  };
  const last = ["", "true"].map((CI) => {
    const { status, stderr } = run(["lint", "actionlint"], { ...lacking, CI });
    return [status, stderr.trim().split("\n").at(-1)];
  });
  expect(last).toEqual([
    [0, expect.stringContaining("not to be had: it cannot be downloaded")],
    [1, "skipped, which a pipeline must not: actionlint; see above what it lacks"],
  ]);
});

test("the command takes no name that it does not know", () => {
  expect(run(["scan", "biome"])).toMatchObject({
    status: 1,
    stderr: 'npm run scan: there is no "biome"; choose from secrets, bandit, eslint, checkov\n',
  });
});

function named(name: string): Check {
  const check = checks.find((one) => one.name === name);
  if (check === undefined) throw new Error(`there is no check ${name}`);
  return check;
}

function plant(file: string, text: string): void {
  checkout.edit(file, (before) => before + text);
  checkout.git("add", "--all");
}

function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): { status: number | null; stderr: string } {
  rmSync(join(checkout.folder, ".slipway"), { recursive: true, force: true });
  const { status, stderr } = spawnSync("node", ["checks/run.ts", ...args], {
    cwd: checkout.folder,
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  return { status, stderr };
}
