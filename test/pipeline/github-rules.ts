import { existsSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { checking, releasing } from "./commands.ts";
import { commandsOf, type Job, type Workflows, waitsFor } from "./github.ts";
import { conditions, conditionsOf } from "./github-conditions.ts";
import { misreadings } from "./misreadings.ts";

// What GitHub's own schema and the linters do not know of good workflows. Each rule has a name, and tells each fault in a line.

const checkout = join(import.meta.dirname, "..", "..");

/** Finds the faults of one rule. */
type Rule = (files: Workflows) => readonly string[];

const onMain = "github.ref == 'refs/heads/main'";

/** What lets a line end well though a command in it has failed, or may do so. */
const swallowing = /[|&;!`(]|\b(?:set|exit|trap|exec|eval|if|while|until)\b/;

const bothStacks = { stack: ["staging", "production"] };

export const rules: Readonly<Record<string, Rule>> = {
  "every push is linted, scanned and tested": (files) => {
    const { ci, deploy } = triggersOf(files);
    const run = jobsIn(files, "checks.yml").flatMap(commandsOf);
    const callers = files.jobs.filter(({ uses }) => uses === "./.github/workflows/checks.yml");
    return [
      ...[...checking, "npm start"]
        .filter((line) => !run.includes(line))
        .map((line) => `${line} is missing`),
      ...["ci.yml", "deploy.yml"]
        .filter((name) => !callers.some(({ file }) => file === name))
        .map((name) => `${name} calls no checks`),
      ...differs("ci.yml: push", ci.push, { "branches-ignore": ["main"], tags: ["**"] }),
      ...differs("ci.yml: pull_request", ci.pull_request, null),
      ...differs("deploy.yml: push", deploy.push, { branches: ["main"] }),
    ];
  },

  "nothing is delivered unchecked": (files) =>
    jobsIn(files, "deploy.yml")
      .filter(({ id }) => id !== "checks")
      .filter((job) => !waitsFor(job, files).has("checks"))
      .map((job) => `${named(job)} waits for no checks`),

  "a failure stops what comes after": ({ jobs }) =>
    jobs.flatMap((job) => [
      ...commandsOf(job)
        .filter((line) => swallowing.test(line))
        .map((line) => `${named(job)}: ${line}`),
      ...[job, ...(job.steps ?? [])]
        .filter((part) => "continue-on-error" in part)
        .map(() => `${named(job)} continues on error`),
    ]),

  // A job of checks.yml that is left out counts as one that passed, and so does a step.
  "nothing is left out for another reason": (files) => {
    const found = conditionsOf(files);
    return [...new Set([...Object.keys(conditions), ...Object.keys(found)])].flatMap((where) =>
      differs(where, found[where], conditions[where]),
    );
  },

  "each command is run as it stands": ({ texts }) =>
    Object.entries(texts).flatMap(([path, text]) =>
      [
        ...JSON.stringify(parse(text)).matchAll(
          /"(?<key>shell|defaults|working-directory|container)":/g,
        ),
      ].map(({ groups }) => `${path}: ${groups?.key}`),
    ),

  "only main and people release": (files) =>
    files.jobs.filter(isRelease).flatMap((job) => {
      const { push, ...others } = files.workflows[job.file]?.on ?? {};
      const strange = Object.keys(others).filter(
        (event) => !["workflow_dispatch", "schedule"].includes(event),
      );
      const isMain = push == null || String(push.branches) === "main";
      return [
        ...strange.map((event) => `${named(job)} releases on ${event}`),
        ...(isMain ? [] : [`${named(job)} releases on other branches`]),
        ...(job.if === onMain ? [] : [`${named(job)} does not ask for main`]),
      ];
    }),

  "a release has its environment, its queue and the deploying identity": ({ jobs }) =>
    jobs.filter(isRelease).flatMap((job) => {
      const isDrift = job.file === "drift.yml";
      const target = targetOf(job);
      return [
        ...differs(`${named(job)}: environment`, job.environment, isDrift ? "drift" : target),
        ...differs(
          `${named(job)}: concurrency`,
          job.concurrency?.group,
          isDrift ? `drift-${target}` : target,
        ),
        ...differs(`${named(job)}: identity`, identityOf(job), [
          "vars.GOOGLE_DEPLOY_ACCOUNT",
          "vars.AWS_DEPLOY_ROLE",
        ]),
      ];
    }),

  "main delivers to staging, publishes, and waits for a person before production": (files) => {
    const { staging, approval, production } = Object.fromEntries(
      jobsIn(files, "deploy.yml").map((job) => [job.id, job]),
    );
    const promotions = files.jobs.filter(
      (job) => job.environment === "production" && job.file !== "rollback.yml",
    );
    return [
      ...differs("staging", staging && commandsOf(staging), [
        "npm run deliver -- pulumi up --stack staging",
        'npm run promote -- --from staging --to production --release "$GITHUB_SHA" --copy-only',
      ]),
      ...differs("approval", approval?.environment, "approval"),
      ...(approval && waitsFor(approval, files).has("staging") ? [] : ["approval comes too early"]),
      ...differs("production", production && commandsOf(production), [
        'npm run promote -- --from staging --to production --release "$GITHUB_SHA"',
      ]),
      ...promotions
        .filter((job) => !waitsFor(job, files).has("approval"))
        .map((job) => `${named(job)} waits for nobody`),
    ];
  },

  "every branch and pull request shows both previews": (files) => {
    const { preview } = triggersOf(files);
    const commands = jobsIn(files, "preview.yml").map((job) => [job.id, ...commandsOf(job)]);
    return [
      ...differs("preview.yml: push", preview.push, {
        "branches-ignore": ["main", "dependabot/**"],
      }),
      ...differs("preview.yml: pull_request", preview.pull_request, {
        types: ["opened", "reopened"],
      }),
      ...differs("preview.yml", commands, [
        ["preview", 'npm run preview -- --stack "$STACK" --publish'],
        ["ask", 'gh workflow run preview.yml --ref "$BRANCH"'],
      ]),
      ...jobsIn(files, "preview.yml")
        .filter(({ id }) => id === "preview")
        .flatMap(({ strategy }) => differs("preview.yml: matrix", strategy?.matrix, bothStacks)),
    ];
  },

  "a preview has the identity that only looks": ({ jobs }) =>
    jobs
      .filter((job) => commandsOf(job).some((line) => line.startsWith("npm run preview")))
      .flatMap((job) =>
        differs(`${named(job)}: identity`, identityOf(job), [
          "vars.GOOGLE_PREVIEW_ACCOUNT",
          "vars.AWS_PREVIEW_ROLE",
        ]),
      ),

  "what deploys is seen in environments only": (files) => [
    ...files.jobs
      .filter(({ id, environment }) => environment !== undefined && id !== "approval")
      .filter((job) => !isRelease(job))
      .map((job) => `${named(job)} has an environment`),
    ...Object.entries(files.texts).flatMap(([path, text]) =>
      [...outsideEnvironments(text).matchAll(/\b(?:secrets|vars)\b(?:\.(?<name>\w+))?/gi)]
        .map(({ groups }) => groups?.name ?? "what nobody names")
        .filter((name) => !openToAll.test(name))
        .map((name) => `${path} shows ${name}`),
    ),
  ],

  "no job may do more than it needs": ({ workflows, jobs }) => [
    ...Object.entries(workflows)
      .filter(([, { permissions }]) => JSON.stringify(permissions) !== "{}")
      .map(([file]) => `${file} gives rights to every job`),
    ...jobs.flatMap((job) => differs(`${named(job)}: rights`, job.permissions, rightsOf(job))),
  ],

  "no event lets strangers in": ({ workflows }) =>
    Object.entries(workflows).flatMap(([file, { on }]) =>
      Object.keys(on)
        .filter((event) => !events.includes(event))
        .map((event) => `${file}: ${event}`),
    ),

  "nothing from outside becomes part of a command": ({ texts, jobs }) => [
    ...jobs.flatMap((job) =>
      commandsOf(job)
        .filter((line) => line.includes("${{"))
        .map((line) => `${named(job)}: ${line}`),
    ),
    ...Object.entries(texts)
      .filter(([path, text]) => path.endsWith("action.yml") && /^ *(?:- )?run:/m.test(text))
      .map(([path]) => `${path} runs commands`),
  ],

  "each action is of this checkout, or pinned to a commit": ({ texts }) =>
    Object.entries(texts).flatMap(([path, text]) =>
      [...text.matchAll(/^.*\buses: *(?<action>.*)$/gm)]
        .map(({ groups }) => groups?.action ?? "")
        .filter((action) => !isKnown(action))
        .map((action) => `${path}: ${action}`),
    ),

  "a checkout leaves no token, and is of the commit that the run is about": ({ jobs }) =>
    jobs.flatMap((job) =>
      (job.steps ?? [])
        .filter(({ uses }) => uses?.startsWith("actions/checkout@"))
        .flatMap(({ with: { "persist-credentials": keeps, ref } = {} }) => [
          ...(keeps === false ? [] : [`${named(job)} keeps its token`]),
          ...differs(`${named(job)}: ref`, ref, job.id === "image" ? pushedCommit : undefined),
        ]),
    ),

  "a release knows the history, and takes nothing from a cache": ({ jobs }) =>
    jobs.filter(isRelease).flatMap((job) => {
      const [fetched, prepared] = ["actions/checkout@", "./.github/actions/prepare"].map((uses) =>
        job.steps?.find((step) => step.uses?.startsWith(uses)),
      );
      const depth = job.file === "drift.yml" ? undefined : 0;
      return [
        ...differs(`${named(job)}: depth`, fetched?.with?.["fetch-depth"], depth),
        ...differs(`${named(job)}: cache`, prepared?.with?.cache, "false"),
      ];
    }),

  "caches are keyed by the lock files": ({ texts }) => {
    const text = texts[".github/actions/prepare/action.yml"] ?? "";
    const [, files = ""] = /hashFiles\((.*)\)/.exec(text) ?? [];
    return ["package-lock.json", "app/requirements*.txt", "checks/requirements*.txt"]
      .filter((file) => !files.includes(`'${file}'`))
      .map((file) => `${file} is not in the key`);
  },

  "a delivery is never cancelled": ({ jobs }) =>
    jobs
      .filter(isRelease)
      .filter(({ concurrency }) => concurrency?.["cancel-in-progress"] === true)
      .map((job) => `${named(job)} is cancelled by the next one`),

  "each job has an end": ({ jobs }) =>
    jobs
      .filter((job) => job.uses === undefined && !((job["timeout-minutes"] ?? 360) <= 60))
      .map((job) => `${named(job)} may take more than an hour`),

  "each command is one that its script understands": ({ jobs }) =>
    jobs.flatMap((job) =>
      commandsOf(job).flatMap((line) =>
        misreadings(line).map((what) => `${named(job)}: ${line}: ${what}`),
      ),
    ),

  "people can approve, promote, roll back and look for drift": ({ workflows }) => {
    const wanted = {
      "deploy.yml": ["approve"],
      "promote.yml": ["back", "approve"],
      "rollback.yml": ["stack", "commit", "approve"],
      "drift.yml": [],
    };
    return Object.entries(wanted).flatMap(([file, inputs]) => {
      const { workflow_dispatch: dispatch } = workflows[file]?.on ?? {};
      const asked = dispatch === undefined ? undefined : Object.keys(dispatch?.inputs ?? {});
      return differs(file, asked, inputs);
    });
  },

  "drift of both stacks is looked for every night": (files) => {
    const schedule = files.workflows["drift.yml"]?.on.schedule;
    const isNightly = schedule?.length === 1 && /^\d+ \d+ \* \* \*$/.test(schedule[0]?.cron ?? "");
    return [
      ...(isNightly ? [] : [`drift.yml: schedule is ${JSON.stringify(schedule)}`]),
      ...jobsIn(files, "drift.yml").flatMap((job) => [
        ...differs(`${named(job)}: matrix`, job.strategy?.matrix, bothStacks),
        ...differs(named(job), commandsOf(job), ['npm run drift -- --stack "$STACK"']),
      ]),
    ];
  },

  "what people approve reaches the guard": ({ workflows, jobs }) =>
    Object.entries(workflows)
      .filter(([, { on }]) => on.workflow_dispatch?.inputs?.approve)
      .filter(
        ([file]) =>
          !jobs
            .filter((job) => job.file === file)
            .flatMap(({ steps = [] }) => steps)
            .some(({ env }) => env?.SLIPWAY_APPROVE?.includes("inputs.approve")),
      )
      .map(([file]) => `${file}: approve goes nowhere`),
};

/** The rules that the workflows break, by name, with every fault. */
export function faultsOf(files: Workflows): Readonly<Record<string, readonly string[]>> {
  const found = Object.entries(rules).map(([name, rule]) => [name, rule(files)] as const);
  return Object.fromEntries(found.filter(([, faults]) => faults.length > 0));
}

/** What a job of any branch may see: the previewing identity, where AWS and the state are, and who reads at Docker Hub. */
const openToAll =
  /_PREVIEW_|^(?:AWS_REGION|DOCKERHUB_USERNAME|GOOGLE_PROVIDER|PULUMI_(?:ACCESS_TOKEN|BACKEND_URL|CONFIG_PASSPHRASE))$/;

const pushedCommit = ["$", "{{ github.event.pull_request.head.sha || github.sha }}"].join("");

const events = ["push", "pull_request", "workflow_call", "workflow_dispatch", "schedule"];

const actions = [
  "actions/cache",
  "actions/checkout",
  "actions/setup-node",
  "aws-actions/configure-aws-credentials",
  "google-github-actions/auth",
];

function isKnown(action: string): boolean {
  if (action.startsWith("./")) return existsSync(join(checkout, action));
  const { groups } = /^(?<name>[\w/-]+)@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.exec(action) ?? {};
  return actions.includes(groups?.name ?? "");
}

function isRelease(job: Job): boolean {
  return commandsOf(job).some((line) => releasing.test(line));
}

/** The stack that a job changes, which is its environment's name. */
function targetOf(job: Job): string | undefined {
  const [, stack] = /--(?:stack|to) (\S+)/.exec(commandsOf(job)[0] ?? "") ?? [];
  const variable = /^"\$(\w+)"$/.exec(stack ?? "")?.[1];
  return variable ? job.steps?.find(({ env }) => env?.[variable])?.env?.[variable] : stack;
}

/** What a file says beside its jobs with an environment, without its comments. */
function outsideEnvironments(text: string): string {
  const { jobs = {}, ...others } = parse(text) as Partial<Workflows["workflows"][string]>;
  const open = Object.entries(jobs).filter(([, { environment }]) => environment === undefined);
  return JSON.stringify([others, open]);
}

/** Whom a job logs in as: an account of Google, and a role of AWS. */
function identityOf({ steps = [] }: Job): readonly unknown[] | undefined {
  const given = steps.find(({ uses }) => uses === "./.github/actions/log-in")?.with;
  const name = (value: unknown) => /^\$\{\{ (.*) \}\}$/.exec(String(value))?.[1];
  return given && [name(given["google-account"]), name(given["aws-role"])];
}

/** The least that a job needs of its token. */
function rightsOf(job: Job): Readonly<Record<string, string>> {
  if (job.id === "approval") return {};
  if (job.id === "ask") return { actions: "write" };
  const logsIn = job.steps?.some(({ uses }) => uses === "./.github/actions/log-in");
  return {
    contents: "read",
    ...(logsIn && { "id-token": "write" }),
    ...(job.id === "preview" && { "pull-requests": "write" }),
  };
}

function jobsIn({ jobs }: Workflows, name: string): readonly Job[] {
  return jobs.filter(({ file }) => file === name);
}

function triggersOf({ workflows }: Workflows) {
  const on = (file: string) => workflows[file]?.on ?? {};
  return { ci: on("ci.yml"), deploy: on("deploy.yml"), preview: on("preview.yml") };
}

function named({ file, id }: Job): string {
  return `${file}: ${id}`;
}

function differs(where: string, found: unknown, wanted: unknown): readonly string[] {
  const [one, other] = [found, wanted].map((value) => JSON.stringify(value));
  return one === other ? [] : [`${where} is ${one}, and not ${other}`];
}
