import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Pipeline, type Pipelines, type Step, scriptOf, stepsOf } from "./bitbucket.ts";
import { checking, releasing } from "./commands.ts";

// What Bitbucket's own schema does not know of a good pipeline. Each rule has a name, and tells each fault in a line.

const checkout = join(import.meta.dirname, "..", "..");

/** Finds the faults of one rule. */
type Rule = (file: Pipelines) => readonly string[];

/** What a step may tell its environment: who it is, and nothing else. */
const identities = ["PREVIEW", "DEPLOY"].map(
  (who) => `export GOOGLE_ACCOUNT="$GOOGLE_${who}_ACCOUNT" AWS_ROLE_ARN="$AWS_${who}_ROLE"`,
);

export const rules: Readonly<Record<string, Rule>> = {
  "every push is linted, scanned and tested": ({ pipelines }) =>
    startedBy(pipelines, ["default", "branches.main", "tags.**"], /^(?:branches|tags)\./).flatMap(
      ([name, pipeline]) => {
        const lines = stepsOf(pipeline).flatMap(({ script = [] }) => script);
        return missing(checking, lines).map((line) => `${name}: ${line} is missing`);
      },
    ),

  "branches and pull requests show both previews": ({ pipelines }) =>
    startedBy(
      pipelines,
      ["default", "pull-requests.**"],
      /^(?:branches\.(?!main$)|pull-requests\.)/,
    ).flatMap(([name, pipeline]) => {
      const lines = stepsOf(pipeline).flatMap(({ script = [] }) => script);
      const previews = ["staging", "production"].map(
        (stack) => `npm run preview -- --stack ${stack} --publish`,
      );
      return missing(previews, lines).map((line) => `${name}: ${line} is missing`);
    }),

  "only main and people release": ({ pipelines }) =>
    Object.entries(pipelines)
      .filter(([name]) => name !== "branches.main" && !name.startsWith("custom."))
      .flatMap(([name, pipeline]) =>
        named(name, pipeline, (step) => releasing.test(scriptOf(step)), "releases"),
      ),

  "main checks, releases to staging, publishes, and waits for a person before production": ({
    pipelines,
  }) => {
    const { groups } = pipelines["branches.main"] ?? nothing;
    const [checks = [], staging = [], production = []] = groups;
    const isManual = production.every(({ trigger }) => trigger === "manual");
    const same = (steps: readonly Step[], lines: readonly string[]) =>
      steps
        .flatMap(({ script = [] }) => script.filter((line) => !line.startsWith("export ")))
        .join("\n") === lines.join("\n");
    return [
      ...(checks.some((step) => releasing.test(scriptOf(step))) ? ["a check releases"] : []),
      ...(same(staging, [
        "npm run deliver -- pulumi up --stack staging",
        'npm run promote -- --from staging --to production --release "$BITBUCKET_COMMIT" --copy-only',
      ])
        ? []
        : ["the second group does not release to staging and publish"]),
      ...(same(production, [
        'npm run promote -- --from staging --to production --release "$BITBUCKET_COMMIT"',
      ])
        ? []
        : ["the third group does not promote to production"]),
      ...(isManual ? [] : ["production has no manual trigger"]),
      ...(groups.length === 3 ? [] : [`it has ${groups.length} groups`]),
    ];
  },

  "a release has its environment, its queue and a short-lived identity": ({ pipelines }) =>
    Object.entries(pipelines).flatMap(([name, pipeline]) =>
      stepsOf(pipeline).flatMap((step) => {
        if (!releasing.test(scriptOf(step))) return [];
        const where = `${name}: ${step.name}`;
        const stack = /--stack (\w+)/.exec(scriptOf(step))?.[1] ?? "production";
        return [
          ...(step.deployment === stack
            ? []
            : [`${where} deploys to ${step.deployment}, and not to ${stack}`]),
          ...(step["concurrency-group"] === stack
            ? []
            : [`${where} queues for ${step["concurrency-group"]}`]),
          ...(step.oidc === true ? [] : [`${where} has no oidc`]),
          ...(step.script?.[0] === identities[1]
            ? []
            : [`${where} does not take the deploying identity`]),
        ];
      }),
    ),

  "only releases see the deploying identity": ({ pipelines }) =>
    everyStep(
      pipelines,
      (step) =>
        !releasing.test(scriptOf(step)) &&
        (/DEPLOY/.test(scriptOf(step)) || step.deployment !== undefined),
      "sees the deploying identity",
    ),

  "a preview has the identity that only looks": ({ pipelines }) => {
    return everyStep(
      pipelines,
      (step) =>
        /npm run preview\b/.test(scriptOf(step)) &&
        !(step.oidc && step.script?.[0] === identities[0]),
      "does not take the preview's identity",
    );
  },

  "no failure is swallowed": ({ pipelines }) =>
    everyStep(
      pipelines,
      (step) => /[|;&`]|\$\(|\bset \+e\b|\bexit 0\b/.test(scriptOf(step)),
      "goes on after a failure",
    ),

  "a step tells its environment who it is, and nothing else": ({ pipelines }) =>
    everyStep(
      pipelines,
      ({ script = [] }) =>
        script.some((line) => !line.startsWith("npm ") && !identities.includes(line)),
      "tells its environment something else",
    ),

  "a release takes nothing from a cache, which every branch can write": ({ pipelines }) =>
    everyStep(
      pipelines,
      (step) => releasing.test(scriptOf(step)) && step.caches !== undefined,
      "takes from a cache",
    ),

  "everything that runs is looked at": ({ pipelines }) =>
    Object.entries(pipelines).flatMap(([name, { unread }]) =>
      unread.map((key) => `${name}: ${key}`),
    ),

  "runtime 3 everywhere": ({ document, pipelines }) =>
    everyStep(
      pipelines,
      (step) => (step.runtime ?? document.options?.runtime)?.cloud?.version !== "3",
      "does not run on version 3 of the runtime",
    ),

  "memory is enough": ({ document, pipelines }) =>
    Object.entries(pipelines).flatMap(([name, pipeline]) =>
      stepsOf(pipeline).flatMap((step) => {
        const { docker } = document.definitions?.services ?? {};
        const forDocker = step.services?.includes("docker") ? (docker?.memory ?? 1_024) : 0;
        const left = Number.parseInt(step.size ?? "1x", 10) * 4_096 - forDocker;
        const isShort = left < 4_096 || (forDocker > 0 && forDocker < 4_096);
        return isShort ? [`${name}: ${step.name} has ${left} MB, its engine ${forDocker} MB`] : [];
      }),
    ),

  "what needs an engine has one": ({ pipelines }) =>
    everyStep(
      pipelines,
      (step) =>
        /npm (?:test|run (?:preview|deliver|dast))\b/.test(scriptOf(step)) &&
        !step.services?.includes("docker"),
      "has no engine",
    ),

  "an environment stands once in a pipeline": ({ pipelines }) =>
    Object.entries(pipelines).flatMap(([name, pipeline]) => {
      const environments = stepsOf(pipeline).flatMap(({ deployment }) => deployment ?? []);
      return twice(environments).map((environment) => `${name}: ${environment} stands twice`);
    }),

  "people can approve, promote, roll back and look for drift": ({ pipelines }) => {
    const wanted = {
      "custom.approve-staging": ["SLIPWAY_APPROVE"],
      "custom.approve-production": ["SLIPWAY_APPROVE"],
      "custom.promote": ["SLIPWAY_APPROVE", "BACK"],
      "custom.rollback-staging": ["COMMIT", "SLIPWAY_APPROVE"],
      "custom.rollback-production": ["COMMIT", "SLIPWAY_APPROVE"],
      "custom.drift": [],
    };
    return Object.entries(wanted)
      .filter(([name, variables]) => pipelines[name]?.variables.join() !== variables.join())
      .map(([name]) => `${name}: is missing, or asks for other variables`);
  },

  "each command exists": ({ pipelines }) => {
    const { scripts } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")) as {
      scripts: Readonly<Record<string, string>>;
    };
    return Object.entries(pipelines).flatMap(([name, pipeline]) =>
      stepsOf(pipeline).flatMap((step) => {
        const lines = (step.script ?? []).filter((line) => !line.startsWith("export "));
        const strange = lines.filter((line) => {
          const [, script = ""] = /^npm (?:run )?([\w-]+)/.exec(line) ?? [];
          const stacks = [...line.matchAll(/--(?:stack|from|to) (\w+)/g)].map(([, stack]) => stack);
          return (
            !(script in scripts) ||
            stacks.some((stack) => !existsSync(join(checkout, `Pulumi.${stack}.yaml`)))
          );
        });
        return strange.map((line) => `${name}: ${step.name}: ${line}`);
      }),
    );
  },

  "each key is one that Bitbucket knows": ({ document, pipelines }) => [
    ...strangers(document, ["image", "options", "clone", "definitions", "pipelines"], "the file"),
    ...strangers(document.options ?? {}, ["max-time", "runtime"], "options"),
    ...strangers(document.definitions ?? {}, ["caches", "services", "steps"], "definitions"),
    ...strangers(
      document.pipelines,
      ["default", "pull-requests", "tags", "branches", "custom"],
      "pipelines",
    ),
    ...Object.entries(pipelines).flatMap(([name, pipeline]) =>
      stepsOf(pipeline).flatMap((step) => strangers(step, stepKeys, `${name}: ${step.name}`)),
    ),
  ],

  "caches and services are defined, and caches keyed by files of the tree": ({
    document,
    pipelines,
  }) => {
    const { caches = {}, services = {} } = document.definitions ?? {};
    const steps = Object.values(pipelines).flatMap(stepsOf);
    return [
      ...new Set([
        ...steps.flatMap((step) => step.caches ?? []).filter((name) => !(name in caches)),
        ...steps.flatMap((step) => step.services ?? []).filter((name) => !(name in services)),
        ...Object.entries(caches).flatMap(([name, { key }]) =>
          key?.files?.length && key.files.every((file) => existsSync(join(checkout, file)))
            ? []
            : [name],
        ),
      ]),
    ].map((name) => `${name} is not defined well`);
  },

  "the whole history is there": ({ document }) =>
    document.clone?.depth === "full" ? [] : ["clone.depth is not full"],
};

const stepKeys = [
  "name",
  "size",
  "oidc",
  "caches",
  "services",
  "script",
  "deployment",
  "concurrency-group",
  "trigger",
  "max-time",
];

const nothing: Pipeline = { groups: [], variables: [], unread: [] };

/** The pipelines that have to be there, and all others of their kind. */
function startedBy(pipelines: Pipelines["pipelines"], needed: readonly string[], kind: RegExp) {
  const names = new Set([...needed, ...Object.keys(pipelines).filter((name) => kind.test(name))]);
  return [...names].map((name) => [name, pipelines[name] ?? nothing] as const);
}

function missing(wanted: readonly string[], found: readonly string[]): readonly string[] {
  return wanted.filter((line) => !found.includes(line));
}

function strangers(map: object, known: readonly string[], where: string): readonly string[] {
  return Object.keys(map)
    .filter((key) => !known.includes(key))
    .map((key) => `${where}: ${key}`);
}

function twice(names: readonly string[]): readonly string[] {
  return names.filter((name, at) => names.indexOf(name) < at);
}

function everyStep(
  pipelines: Pipelines["pipelines"],
  isFault: (step: Step) => boolean,
  what: string,
): readonly string[] {
  return Object.entries(pipelines).flatMap(([name, pipeline]) =>
    named(name, pipeline, isFault, what),
  );
}

function named(
  name: string,
  pipeline: Pipeline,
  isFault: (step: Step) => boolean,
  what: string,
): readonly string[] {
  return stepsOf(pipeline)
    .filter(isFault)
    .map((step) => `${name}: ${step.name} ${what}`);
}

/** The rules that a file breaks, by name, with every fault. */
export function faultsOf(file: Pipelines): Readonly<Record<string, readonly string[]>> {
  const found = Object.entries(rules).map(([name, rule]) => [name, rule(file)] as const);
  return Object.fromEntries(found.filter(([, faults]) => faults.length > 0));
}
