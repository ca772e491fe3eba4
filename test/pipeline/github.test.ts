import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readWorkflows } from "./github.ts";
import { faultsOf, rules } from "./github-rules.ts";

const checkout = join(import.meta.dirname, "..", "..");
const texts = Object.fromEntries(
  globSync(".github/{workflows/*,actions/*/action}.{yml,yaml}", { cwd: checkout })
    .map((path) => path.replaceAll("\\", "/"))
    .toSorted()
    .map((path) => [path, readFileSync(join(checkout, path), "utf8")]),
);

describe(".github", () => {
  it.each(Object.keys(rules))("%s", (rule) => {
    expect(rules[rule]?.(readWorkflows(texts))).toEqual([]);
  });

  it("has these workflows and actions", () => {
    expect(Object.keys(texts)).toEqual([
      ".github/actions/log-in/action.yml",
      ".github/actions/prepare/action.yml",
      ".github/workflows/checks.yml",
      ".github/workflows/ci.yml",
      ".github/workflows/deploy.yml",
      ".github/workflows/drift.yml",
      ".github/workflows/preview.yml",
      ".github/workflows/promote.yml",
      ".github/workflows/rollback.yml",
    ]);
  });
});

/** What somebody changes in a file, and the rules that it breaks. */
const mutations: readonly [
  what: string,
  file: string,
  from: string | RegExp,
  to: string,
  broken: readonly string[],
][] = [
  [
    "main is renamed",
    "workflows/deploy.yml",
    "branches: [main]",
    "branches: [trunk]",
    ["every push is linted, scanned and tested", "only main and people release"],
  ],
  [
    "every branch delivers",
    "workflows/deploy.yml",
    /if: github.ref == 'refs\/heads\/main'/g,
    "if: github.ref != ''",
    ["nothing is left out for another reason", "only main and people release"],
  ],
  [
    "a pull request delivers",
    "workflows/deploy.yml",
    "  workflow_dispatch:",
    "  pull_request:\n  workflow_dispatch:",
    ["only main and people release"],
  ],
  [
    "a branch's push delivers",
    "workflows/preview.yml",
    'npm run preview -- --stack "$STACK" --publish',
    'npm run deliver -- pulumi up --stack "$STACK"',
    [
      "only main and people release",
      "a release has its environment, its queue and the deploying identity",
      "every branch and pull request shows both previews",
      "a release knows the history, and takes nothing from a cache",
      "a delivery is never cancelled",
    ],
  ],
  [
    "lint is dropped",
    "workflows/checks.yml",
    "run: npm run lint",
    "run: echo linted",
    ["every push is linted, scanned and tested"],
  ],
  [
    "branches are not checked",
    "workflows/ci.yml",
    "branches-ignore: [main]",
    'branches-ignore: ["**"]',
    ["every push is linted, scanned and tested"],
  ],
  [
    "staging waits for no checks",
    "workflows/deploy.yml",
    "needs: checks",
    "needs: []",
    ["nothing is delivered unchecked"],
  ],
  [
    "a failure is swallowed",
    "workflows/checks.yml",
    "run: npm run scan",
    "run: npm run scan || true",
    [
      "every push is linted, scanned and tested",
      "a failure stops what comes after",
      "each command is one that its script understands",
    ],
  ],
  [
    "a job's failure does not count",
    "workflows/checks.yml",
    "timeout-minutes: 60",
    "timeout-minutes: 60\n    continue-on-error: true",
    ["a failure stops what comes after"],
  ],
  [
    "production does not ask how staging ended",
    "workflows/deploy.yml",
    /(approval:\n.*?if: )github.ref == 'refs\/heads\/main'/s,
    "$1always()",
    ["nothing is left out for another reason"],
  ],
  [
    "a check's job is left out",
    "workflows/checks.yml",
    "    name: Lint\n",
    "    name: Lint\n    if: github.actor == 'nobody'\n",
    ["nothing is left out for another reason"],
  ],
  [
    "a check's step is left out",
    "workflows/checks.yml",
    "      - name: Scan\n",
    "      - name: Scan\n        if: github.actor == 'nobody'\n",
    ["nothing is left out for another reason"],
  ],
  [
    "the checks of a branch are left out",
    "workflows/ci.yml",
    "if: github.event_name == 'push' ||",
    "if: github.actor == 'nobody' &&",
    ["nothing is left out for another reason"],
  ],
  [
    "the delivery to staging is left out",
    "workflows/deploy.yml",
    "      - name: Deliver to staging\n",
    "      - name: Deliver to staging\n        if: github.actor == 'nobody'\n",
    ["nothing is left out for another reason"],
  ],
  [
    "the publication is left out",
    "workflows/deploy.yml",
    "if: env.DOCKERHUB_USERNAME != ''",
    "if: github.actor == 'nobody'",
    ["nothing is left out for another reason"],
  ],
  [
    "an action's step is left out",
    "actions/log-in/action.yml",
    "if: inputs.aws-role != ''",
    "if: inputs.aws-role == 'nobody'",
    ["nothing is left out for another reason"],
  ],
  [
    "a step's shell goes on after a failure",
    "workflows/checks.yml",
    "        run: npm run lint\n",
    "        run: npm run lint\n        shell: bash {0}\n",
    ["each command is run as it stands"],
  ],
  [
    "every step's shell goes on after a failure",
    "workflows/deploy.yml",
    "permissions: {}\n",
    "permissions: {}\ndefaults: { run: { shell: 'bash {0}' } }\n",
    ["each command is run as it stands"],
  ],
  [
    "a command is run elsewhere",
    "workflows/checks.yml",
    "        run: npm run scan\n",
    "        run: npm run scan\n        working-directory: app\n",
    ["each command is run as it stands"],
  ],
  [
    "a pipe swallows a failure",
    "workflows/checks.yml",
    "run: npm run dast",
    "run: |\n          npm run dast\n          npm run dast | tee dast.log",
    ["a failure stops what comes after", "each command is one that its script understands"],
  ],
  [
    "some pull requests are not checked",
    "workflows/ci.yml",
    "pull_request:",
    "pull_request: { paths: [nothing] }",
    ["every push is linted, scanned and tested"],
  ],
  [
    "some opened pull requests get no preview",
    "workflows/preview.yml",
    "types: [opened, reopened]",
    "types: [opened, reopened]\n    paths: [nothing]",
    ["every branch and pull request shows both previews"],
  ],
  [
    "nobody looks for drift",
    "workflows/drift.yml",
    /.*schedule:\n.*\n/,
    "",
    ["drift of both stacks is looked for every night"],
  ],
  [
    "drift is looked for once a year",
    "workflows/drift.yml",
    "23 4 * * *",
    "23 4 1 1 *",
    ["drift of both stacks is looked for every night"],
  ],
  [
    "drift of production is not looked for",
    "workflows/drift.yml",
    "stack: [staging, production]",
    "stack: [staging]",
    ["drift of both stacks is looked for every night"],
  ],
  [
    "a preview sees a key that deploys, by another spelling",
    "workflows/preview.yml",
    "secrets.GCP_PREVIEW_SERVICE_KEY",
    "secrets['GCP_SERVICE_KEY']",
    ["what deploys is seen in environments only"],
  ],
  [
    "a preview sees every secret",
    "workflows/preview.yml",
    "secrets.GCP_PREVIEW_SERVICE_KEY",
    "toJSON(secrets)",
    ["what deploys is seen in environments only"],
  ],
  [
    "a whole workflow sees a key that deploys",
    "workflows/preview.yml",
    "permissions: {}\n",
    `permissions: {}\nenv: { K: "\${{ secrets.GCP_SERVICE_KEY }}" }\n`,
    ["what deploys is seen in environments only"],
  ],
  [
    "the checks inherit every secret",
    "workflows/ci.yml",
    "uses: ./.github/workflows/checks.yml",
    "uses: ./.github/workflows/checks.yml\n    secrets: inherit",
    ["what deploys is seen in environments only"],
  ],
  [
    "a preview takes the environment of production",
    "workflows/preview.yml",
    "    name: Preview of",
    "    environment: production\n    name: Preview of",
    [
      "main delivers to staging, publishes, and waits for a person before production",
      "what deploys is seen in environments only",
    ],
  ],
  [
    "the approval is dropped",
    "workflows/deploy.yml",
    "needs: [checks, staging, approval]",
    "needs: [checks, staging]",
    ["main delivers to staging, publishes, and waits for a person before production"],
  ],
  [
    "nobody approves",
    "workflows/deploy.yml",
    "environment: approval",
    "environment: staging",
    ["main delivers to staging, publishes, and waits for a person before production"],
  ],
  [
    "an environment without reviewers lets everybody through",
    "workflows/deploy.yml",
    " && vars.PRODUCTION_APPROVAL == 'reviewers'",
    "",
    ["nothing is left out for another reason"],
  ],
  [
    "a promotion by hand waits for nobody",
    "workflows/promote.yml",
    "needs: approval",
    "needs: []",
    ["main delivers to staging, publishes, and waits for a person before production"],
  ],
  [
    "staging is not published",
    "workflows/deploy.yml",
    " --copy-only",
    "",
    [
      "nothing is left out for another reason",
      "main delivers to staging, publishes, and waits for a person before production",
    ],
  ],
  [
    "production has the environment of staging",
    "workflows/deploy.yml",
    "environment: production",
    "environment: staging",
    ["a release has its environment, its queue and the deploying identity"],
  ],
  [
    "production queues by itself",
    "workflows/deploy.yml",
    "group: production",
    "group: elsewhere",
    ["a release has its environment, its queue and the deploying identity"],
  ],
  [
    "OIDC is dropped from a delivery",
    "workflows/rollback.yml",
    /.*id-token: write.*\n/,
    "",
    ["no job may do more than it needs"],
  ],
  [
    "a preview takes the deploying identity",
    "workflows/preview.yml",
    "vars.AWS_PREVIEW_ROLE",
    "vars.AWS_DEPLOY_ROLE",
    ["a preview has the identity that only looks", "what deploys is seen in environments only"],
  ],
  [
    "a preview sees a key that deploys",
    "workflows/preview.yml",
    "secrets.GCP_PREVIEW_SERVICE_KEY",
    "secrets.GCP_SERVICE_KEY",
    ["what deploys is seen in environments only"],
  ],
  [
    "a preview of production is dropped",
    "workflows/preview.yml",
    "stack: [staging, production]",
    "stack: [staging]",
    ["every branch and pull request shows both previews"],
  ],
  [
    "an opened pull request gets no preview",
    "workflows/preview.yml",
    /.*pull_request:\n.*types: .*\n/,
    "",
    ["every branch and pull request shows both previews"],
  ],
  [
    "a workflow gives rights to every job",
    "workflows/ci.yml",
    "permissions: {}",
    "permissions: write-all",
    ["no job may do more than it needs"],
  ],
  [
    "a job may write to the repository",
    "workflows/deploy.yml",
    "contents: read",
    "contents: write",
    ["no job may do more than it needs"],
  ],
  [
    "a stranger's pull request gets the repository's rights",
    "workflows/ci.yml",
    "  pull_request:",
    "  pull_request:\n  pull_request_target:",
    ["no event lets strangers in"],
  ],
  [
    "an input becomes part of a command",
    "workflows/rollback.yml",
    '--stack "$STACK"',
    "--stack $" + "{{ inputs.stack }}",
    [
      "a release has its environment, its queue and the deploying identity",
      "nothing from outside becomes part of a command",
      "each command is one that its script understands",
    ],
  ],
  [
    "an action is pinned to a tag",
    "actions/log-in/action.yml",
    /@[0-9a-f]{40} # v6.0.0/,
    "@v6",
    ["each action is of this checkout, or pinned to a commit"],
  ],
  [
    "a pin does not say its version",
    "workflows/checks.yml",
    " # v6.0.2",
    "",
    ["each action is of this checkout, or pinned to a commit"],
  ],
  [
    "another action comes in",
    "actions/prepare/action.yml",
    "actions/setup-node@",
    "somebody/setup-node@",
    ["each action is of this checkout, or pinned to a commit"],
  ],
  [
    "a checkout keeps its token",
    "workflows/deploy.yml",
    "persist-credentials: false",
    "persist-credentials: true",
    ["a checkout leaves no token, and is of the commit that the run is about"],
  ],
  [
    "a delivery checks another commit out",
    "workflows/deploy.yml",
    "persist-credentials: false",
    "persist-credentials: false\n          ref: main",
    ["a checkout leaves no token, and is of the commit that the run is about"],
  ],
  [
    "a promotion does not know the history",
    "workflows/promote.yml",
    /.*fetch-depth.*\n/,
    "",
    ["a release knows the history, and takes nothing from a cache"],
  ],
  [
    "a delivery takes from a cache",
    "workflows/deploy.yml",
    'cache: "false"',
    'cache: "true"',
    ["a release knows the history, and takes nothing from a cache"],
  ],
  [
    "a cache outlives its lock file",
    "actions/prepare/action.yml",
    "'package-lock.json', ",
    "",
    ["caches are keyed by the lock files"],
  ],
  [
    "a delivery is cancelled by the next one",
    "workflows/deploy.yml",
    "cancel-in-progress: false",
    "cancel-in-progress: true",
    ["a delivery is never cancelled"],
  ],
  ["a job has no end", "workflows/drift.yml", /.*timeout-minutes.*\n/, "", ["each job has an end"]],
  [
    "a flag is misspelt",
    "workflows/promote.yml",
    "+--back",
    "+--backwards",
    ["each command is one that its script understands"],
  ],
  [
    "a script is misspelt",
    "workflows/checks.yml",
    "npm run dast",
    "npm run dats",
    ["every push is linted, scanned and tested", "each command is one that its script understands"],
  ],
  [
    "a stack is misspelt",
    "workflows/deploy.yml",
    "npm run promote -- --from staging",
    "npm run promote -- --from stagging",
    [
      "nothing is left out for another reason",
      "main delivers to staging, publishes, and waits for a person before production",
      "each command is one that its script understands",
    ],
  ],
  [
    "nobody can name the commit to go back to",
    "workflows/rollback.yml",
    / {6}commit:\n.*\n.*\n/,
    "",
    ["people can approve, promote, roll back and look for drift"],
  ],
  [
    "an approval goes nowhere",
    "workflows/rollback.yml",
    /.*SLIPWAY_APPROVE.*\n/,
    "",
    ["what people approve reaches the guard"],
  ],
];

describe("a fault is found when", () => {
  it.each(mutations)("%s", (_what, file, from, to, broken) => {
    const path = `.github/${file}`;
    const text = texts[path] ?? "";
    const changed = text.replace(from, to);
    expect(changed).not.toBe(text);
    expect(Object.keys(faultsOf(readWorkflows({ ...texts, [path]: changed })))).toEqual(broken);
  });

  it("any rule is broken", () => {
    const broken = new Set(mutations.flatMap(([, , , , names]) => names));
    expect(Object.keys(rules).filter((rule) => !broken.has(rule))).toEqual([]);
  });
});
