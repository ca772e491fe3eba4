import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readPipelines } from "./bitbucket.ts";
import { faultsOf, rules } from "./bitbucket-rules.ts";

const text = readFileSync(join(import.meta.dirname, "..", "..", "bitbucket-pipelines.yml"), "utf8");

describe("bitbucket-pipelines.yml", () => {
  it.each(Object.keys(rules))("%s", (rule) => {
    expect(rules[rule]?.(readPipelines(text))).toEqual([]);
  });
});

/** What somebody changes, and the rules that it breaks. */
const mutations: readonly [
  what: string,
  from: string | RegExp,
  to: string,
  broken: readonly string[],
][] = [
  [
    "main is renamed",
    "    main:",
    "    trunk:",
    [
      "branches and pull requests show both previews",
      "every push is linted, scanned and tested",
      "main checks, releases to staging, publishes, and waits for a person before production",
      "only main and people release",
    ],
  ],
  ["lint is dropped", /.*- step: \*lint\n/g, "", ["every push is linted, scanned and tested"]],
  [
    "lint is emptied",
    "- npm run lint",
    "- npm --version",
    ["each command exists", "every push is linted, scanned and tested"],
  ],
  [
    "the tests are dropped",
    "- npm test -- real",
    "- npm run bench",
    ["every push is linted, scanned and tested"],
  ],
  [
    "oidc is dropped from a release",
    /(name: Release to staging.*?) {8}oidc: true\n/s,
    "$1",
    ["a release has its environment, its queue and a short-lived identity"],
  ],
  [
    "oidc is dropped from a preview",
    /(name: Preview staging.*?) {8}oidc: true\n/s,
    "$1",
    ["a preview has the identity that only looks"],
  ],
  [
    "the manual trigger is dropped",
    "          trigger: manual\n",
    "",
    ["main checks, releases to staging, publishes, and waits for a person before production"],
  ],
  [
    "a failure is swallowed",
    "- npm run scan",
    "- npm run scan || true",
    ["every push is linted, scanned and tested", "no failure is swallowed"],
  ],
  [
    "a failure is swallowed in a list",
    "- npm run dast",
    "- npm run dast; true",
    ["every push is linted, scanned and tested", "no failure is swallowed"],
  ],
  ["runtime 3 is dropped", /.*runtime: .*\n/, "", ["runtime 3 everywhere"]],
  ["runtime 3 becomes a number", 'version: "3"', "version: 3", ["runtime 3 everywhere"]],
  [
    "a preview takes the deploying identity",
    /(name: Preview production.*?)GOOGLE_PREVIEW_ACCOUNT" AWS_ROLE_ARN="\$AWS_PREVIEW_ROLE/s,
    '$1GOOGLE_DEPLOY_ACCOUNT" AWS_ROLE_ARN="$AWS_DEPLOY_ROLE',
    ["a preview has the identity that only looks", "only releases see the deploying identity"],
  ],
  [
    "a preview joins an environment",
    "name: Preview staging\n",
    "name: Preview staging\n        deployment: staging\n",
    ["only releases see the deploying identity"],
  ],
  [
    "a test joins an environment",
    "name: Unit tests\n",
    "name: Unit tests\n        deployment: staging\n",
    ["an environment stands once in a pipeline", "only releases see the deploying identity"],
  ],
  [
    "a branch releases",
    "        - step: *preview-production\n\n  # The branch",
    "        - step: *release-staging\n        - step: *preview-production\n\n  # The branch",
    ["only main and people release"],
  ],
  [
    "a branch calls pulumi up",
    "- npm run dast",
    "- npm run dast\n          - pulumi up --yes",
    [
      "a release has its environment, its queue and a short-lived identity",
      "a release takes nothing from a cache, which every branch can write",
      "a step tells its environment who it is, and nothing else",
      "each command exists",
      "main checks, releases to staging, publishes, and waits for a person before production",
      "only main and people release",
    ],
  ],
  [
    "the attack is dropped",
    /.*- step: \*attack\n/g,
    "",
    ["every push is linted, scanned and tested"],
  ],
  [
    "some branches escape the checks",
    "    main:\n",
    '    "feature/**":\n      - step: *preview-staging\n    main:\n',
    ["branches and pull requests show both previews", "every push is linted, scanned and tested"],
  ],
  [
    "some tags escape the checks",
    "  tags:\n",
    '  tags:\n    "v*":\n      - step: *lint\n',
    ["every push is linted, scanned and tested"],
  ],
  [
    "a stage hides a release",
    "  default:\n",
    "  default:\n    - stage:\n        steps:\n          - step: *release-staging\n",
    ["everything that runs is looked at"],
  ],
  [
    "a pipe swallows a failure",
    "- npm run dast",
    "- npm run dast | cat",
    ["every push is linted, scanned and tested", "no failure is swallowed"],
  ],
  [
    "a preview takes a third identity",
    'export GOOGLE_ACCOUNT="$GOOGLE_PREVIEW_ACCOUNT" AWS_ROLE_ARN="$AWS_PREVIEW_ROLE"',
    "export AWS_ROLE_ARN=$AWS_ADMIN_ROLE",
    [
      "a preview has the identity that only looks",
      "a step tells its environment who it is, and nothing else",
    ],
  ],
  [
    "a release approves itself",
    "          - npm run deliver",
    "          - export SLIPWAY_APPROVE=urn\n          - npm run deliver",
    ["a step tells its environment who it is, and nothing else"],
  ],
  [
    "a release takes from a cache",
    "        deployment: production\n",
    "        deployment: production\n        caches: [modules]\n",
    ["a release takes nothing from a cache, which every branch can write"],
  ],
  [
    "what is proven is not published",
    '          - npm run promote -- --from staging --to production --release "$BITBUCKET_COMMIT" --copy-only\n',
    "",
    ["main checks, releases to staging, publishes, and waits for a person before production"],
  ],
  [
    "production stops queueing",
    "        concurrency-group: production\n",
    "",
    ["a release has its environment, its queue and a short-lived identity"],
  ],
  [
    "a rollback of production goes to staging's environment",
    "name: Roll production back\n",
    "name: Roll production back\n          deployment: staging\n",
    ["a release has its environment, its queue and a short-lived identity"],
  ],
  ["the engine gets too little", "memory: 4096", "memory: 1024", ["memory is enough"]],
  ["a step gets too little", "size: 4x", "size: 1x", ["memory is enough"]],
  [
    "a preview loses its engine",
    /(name: Preview staging.*?) {8}services: \[docker\]\n/s,
    "$1",
    ["what needs an engine has one"],
  ],
  [
    "a pull request loses a preview",
    /(pull-requests:.*?) {10}- step: \*preview-production\n/s,
    "$1",
    ["branches and pull requests show both previews"],
  ],
  [
    "a step's key is misspelt",
    "        size: 4x\n",
    "        sizes: 4x\n",
    ["each key is one that Bitbucket knows", "memory is enough"],
  ],
  [
    "a stack is misspelt",
    "--stack staging --publish",
    "--stack stagnig --publish",
    ["branches and pull requests show both previews", "each command exists"],
  ],
  [
    "a cache is misspelt",
    "caches: [modules, python-tools]",
    "caches: [module]",
    ["caches and services are defined, and caches keyed by files of the tree"],
  ],
  [
    "a cache is keyed by nothing",
    "- checks/requirements.txt",
    "- requirements.lock",
    ["caches and services are defined, and caches keyed by files of the tree"],
  ],
  ["the history is cut", "depth: full", "depth: 50", ["the whole history is there"]],
  [
    "a rollback asks for nothing",
    "- name: COMMIT",
    "- name: SHA",
    ["people can approve, promote, roll back and look for drift"],
  ],
  [
    "an environment stands twice",
    /(drift:.*)<<: \*promote-production/s,
    "$1<<: *release-staging",
    [
      "a release has its environment, its queue and a short-lived identity",
      "an environment stands once in a pipeline",
    ],
  ],
];

describe("a change of the pipeline", () => {
  it.each(mutations)("is told when %s", (_, from, to, broken) => {
    const mutated = text.replace(from, to);
    expect(mutated).not.toBe(text);
    expect(Object.keys(faultsOf(readPipelines(mutated))).toSorted()).toEqual(broken);
  });

  it("has a mutation for every rule", () => {
    const told = new Set(mutations.flatMap(([, , , broken]) => broken));
    expect(Object.keys(rules).filter((rule) => !told.has(rule))).toEqual([]);
  });
});
