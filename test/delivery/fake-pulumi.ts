import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { stringify } from "yaml";
import { type Ran, run } from "../../setup/run.ts";
import { repository } from "../infra/repository.ts";
import { imageOf, releaseOf } from "./releases.ts";

const checkout = join(import.meta.dirname, "..", "..");

/** What the pretended Pulumi knows and does; a test writes it and looks at it. */
export interface World {
  /** The commit that an `up` without a release delivers. */
  head: string;
  /** Commits whose releases come to no proof. */
  broken: string[];
  /** Commits whose image cannot be built. */
  unbuildable: string[];
  /** Ends the next `up` at once with this code, before anything is changed. */
  refusesWith?: number;
  /** What a preview plans, and what a refresh would find. Default: nothing. */
  plan?: object[];
  /** The error that a preview ends with. */
  unplannable?: string;
  /** How many further `up`s find the stack locked. */
  locked?: number;
  /** After how many further `up`s somebody else has the stack locked for good. */
  lockedAfter?: number;
  /** What somebody else does while the next preview runs, or while a link is left with the stack. */
  overtakes?: Overtaking;
  selected?: string;
  stacks: Record<string, WorldStack>;
}

interface Overtaking {
  /** Default: `preview`. */
  readonly during?: "preview" | "tag";
  /** Is delivered to all services; absent, the stack is refreshed. */
  readonly commit?: string;
}

interface WorldStack {
  tried: Record<string, string>;
  outputs: Record<string, unknown>;
  updates: { kind: string; startTime: string; result: string }[];
  /** By their names. */
  tags?: Record<string, string>;
}

/** One call of the pretended Pulumi. */
export interface Call {
  readonly args: string[];
  readonly folder: string;
  readonly env: Record<string, string>;
  /** What the stack file of an `up` held. */
  readonly config?: Record<string, unknown>;
  /** The access rights of the folder that it was in. */
  readonly mode?: string;
  readonly configFile?: string;
}

/** A project with a git history and a `pulumi` on PATH that only pretends. */
export interface FakeProject {
  readonly folder: string;
  /** The commit of the repository. */
  readonly hash: string;
  world(): World;
  change(change: (world: World) => void): void;
  /** The calls so far; by default those of `up` only. */
  calls(verb?: string): Call[];
  /** Runs one of the verbs to its end. */
  run(
    verb: "deliver" | "rollback" | "promote" | "drift",
    args: readonly string[],
    env?: object,
  ): Promise<Ran>;
  /** Writes a stack file. */
  configure(stack: string, config: Readonly<Record<string, unknown>>): void;
}

/** Lets a stack have releases of these commits proven, one after the other. */
export function deliver(world: World, commits: readonly string[], stack = "production"): void {
  const previous = commits.at(-2);
  const [commit = world.head] = commits.slice(-1);
  world.head = commit;
  world.stacks[stack] = {
    tried: { web: imageOf(commit) },
    outputs: { web: releaseOf(commit, previous ? { previous } : {}) },
    updates: commits.map((_, at) => ({ kind: "update", startTime: `${at}`, result: "succeeded" })),
  };
}

/** The least that a stack file says of a service. */
export const leastService = {
  source: { context: "app" },
  registry: { kind: "local" },
  target: { kind: "docker", port: 8000 },
};

/** Makes a project for one test, with a stack `production` that runs nothing yet. */
export function fakeProject(): FakeProject {
  const { folder, hash } = repository();
  const tools = join(folder, ".git", "tools");
  mkdirSync(tools);
  const file = join(tools, "world.json");
  const log = join(tools, "calls.jsonl");
  writeFileSync(join(tools, "pulumi"), script(file, log), { mode: 0o755 });
  writeFileSync(log, "");
  const world = (): World => JSON.parse(readFileSync(file, "utf8")) as World;
  const save = (now: World): void => writeFileSync(file, JSON.stringify(now));
  const noStack = { tried: {}, outputs: {}, updates: [] };
  save({ head: hash, broken: [], unbuildable: [], stacks: { production: noStack } });
  const configure: FakeProject["configure"] = (stack, config) =>
    writeFileSync(join(folder, `Pulumi.${stack}.yaml`), stringify({ config }));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: slipway\nruntime: nodejs\n");
  configure("production", { "slipway:services": { web: leastService } });
  return {
    folder,
    hash,
    world,
    configure,
    change(change) {
      const now = world();
      change(now);
      save(now);
    },
    calls(verb = "up") {
      const lines = readFileSync(log, "utf8").split("\n").filter(Boolean);
      return lines.map((line) => JSON.parse(line) as Call).filter(({ args }) => args[0] === verb);
    },
    run: (verb, args, env = {}) =>
      run(process.execPath, [join(checkout, "delivery", `${verb}.ts`), ...args], {
        cwd: folder,
        env: { ...environment(tools), ...env },
        timeout: 60_000,
      }),
  };
}

/** Nothing of the pipeline or the Pulumi of whoever runs the tests. */
function environment(tools: string): Record<string, string | undefined> {
  const own = Object.entries(process.env).filter(
    ([name]) =>
      !/^(?:CI$|BITBUCKET_|GITHUB_|PULUMI_|SLIPWAY_|GCP_|GOOGLE_|AWS_|DOCKER|FORCE_COLOR$)/.test(
        name,
      ),
  );
  const path = [tools, dirname(process.execPath), process.env.PATH].join(delimiter);
  // As the set-up has it; half of the time of such short commands is compilation.
  const cache = join(checkout, ".slipway", "compile-cache");
  return { ...Object.fromEntries(own), NO_COLOR: "1", PATH: path, NODE_COMPILE_CACHE: cache };
}

/** An executable that is the pretended Pulumi of one world. */
function script(file: string, log: string): string {
  const module = pathToFileURL(join(import.meta.dirname, "pretend-pulumi.ts")).href;
  const call = `pretend(${JSON.stringify(file)}, ${JSON.stringify(log)})`;
  return `#!${process.execPath}\nimport(${JSON.stringify(module)}).then((m) => m.${call});\n`;
}
