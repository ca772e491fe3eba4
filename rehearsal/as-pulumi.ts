import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { constants, hostname, userInfo } from "node:os";
import { delimiter, resolve } from "node:path";
import { pulumiFlag } from "../setup/pulumi-flags.ts";
import { ready } from "../setup/ready.ts";
import { painter, silentStory } from "../setup/story.ts";
import { UserError } from "../setup/user-error.ts";
import { removeDatabases } from "./database/database.ts";
import { bringGround, groundStack, standsOnGround } from "./ground.ts";
import { listenForInterruption } from "./interruption.ts";
import { HeldError, onStack } from "./on-stack.ts";
import { pulumiOn } from "./pulumi-stack.ts";
import { playedCli } from "./run-command.ts";
import { writeStackFile } from "./stack-file.ts";
import { isStanding, type Workplace, workplaceOf } from "./workplace.ts";

// Pulumi's CLI as a rehearsal plays it: the real CLI, on the state of the stack's rehearsal, with the stand-ins attached.

/** What the rehearsal's own CLI would find first is this file again. */
process.env.PATH = (process.env.PATH ?? "")
  .split(delimiter)
  .filter((folder) => folder !== playedCli)
  .join(delimiter);

/** What asks the providers for something; the rest only looks at the state or the configuration, which needs no lock. */
const changing = new Set([
  "up",
  "update",
  "preview",
  "pre",
  "refresh",
  "destroy",
  "down",
  "dn",
  "import",
  "watch",
]);

/** Whatever is asked for without the stand-ins must not find the real providers in their place. */
const withoutPlugins = {
  PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
};

const interruption = listenForInterruption();
try {
  process.exit(await play(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  const paint = painter(process.stderr);
  const message = error instanceof HeldError ? lockWords(error) : error.message;
  process.stderr.write(`${paint("red", "error:")} ${message}\n`);
  process.exit(1);
}

async function play(given: readonly string[]): Promise<number> {
  if (given[0] === "version") return itself(given);
  const { args, file } = withoutConfigFile(given);
  const stack = stackOf(args);
  const place = workplaceOf("rehearse", stack);
  // Flags may come first; a word too many here costs nothing but time.
  const verb = args.find((arg) => changing.has(arg));
  if (verb === undefined) return look(place, args);
  const destroys = ["destroy", "down", "dn"].includes(verb);
  if (!destroys && standsOnGround(stack)) await bringGround({ story: silentStory, interruption });
  const options = {
    story: silentStory,
    interruption,
    changes: { file },
    builds: stack !== groundStack && !destroys,
    databases: destroys ? "leave" : ["up", "update"].includes(verb) ? "bring" : "use",
  } as const;
  return onStack(place, options, async ({ stack: { workspace }, engineHost }) => {
    const code = await cli(args, place, workspace.envVars);
    if (destroys && !isStanding(place)) await removeDatabases(place, engineHost);
    return code;
  });
}

/** A stack that somebody is at work on, as Pulumi's CLI says it of a state in a folder; here, a preview is held up too. */
function lockWords({ holder: { pid, since } }: HeldError): string {
  const lock = "the lock of this checkout's rehearsal";
  return [
    "the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end or delete the lock file with `pulumi cancel`.",
    `  ${lock}: created by ${userInfo().username}@${hostname()} (pid ${pid}) at ${since}`,
  ].join("\n");
}

async function look(place: Workplace, args: readonly string[]): Promise<number> {
  const tools = await ready(["pulumi"], silentStory);
  if (!existsSync(place.stackFile)) await writeStackFile(place, {});
  return cli(args, place, { ...pulumiOn(place, tools), ...withoutPlugins });
}

/** What is asked of the CLI alone, and names no stack. */
async function itself(args: readonly string[]): Promise<number> {
  const { path } = await ready(["pulumi"], silentStory);
  return run(args, process.cwd(), { PATH: [...path, process.env.PATH].join(delimiter) });
}

function cli(
  args: readonly string[],
  { folder, stack, pulumiHome }: Workplace,
  envVars: Readonly<Record<string, string>>,
): Promise<number> {
  return run(args, folder, { PULUMI_HOME: pulumiHome, PULUMI_STACK: stack, ...envVars });
}

async function run(
  args: readonly string[],
  cwd: string,
  envVars: Readonly<Record<string, string>>,
): Promise<number> {
  const env = { ...process.env, ...envVars };
  const child = spawn("pulumi", args, { stdio: "inherit", cwd, env });
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + (signal ? constants.signals[signal] : 0);
}

/** A rehearsal has no selected stack: the command has to name it. */
function stackOf(args: readonly string[]): string {
  const made = args[0] === "stack" && args[1] === "init" ? args[2] : undefined;
  const { PULUMI_OPTION_STACK, PULUMI_STACK } = process.env;
  const stack = made ?? pulumiFlag(args, "stack", "s") ?? (PULUMI_OPTION_STACK || PULUMI_STACK);
  if (stack) return stack;
  throw new UserError("pulumi: a rehearsal has no selected stack; name one with --stack");
}

/** A rehearsal runs on a copy of the stack file in any case: it is made of the one that the command names. */
function withoutConfigFile(given: readonly string[]) {
  const at = given.findIndex((arg) => /^--config-file(?:=|$)/.test(arg));
  if (at < 0) return { args: given, file: undefined };
  const isApart = given[at] === "--config-file";
  const file = isApart ? given[at + 1] : given[at]?.slice("--config-file=".length);
  return { args: given.toSpliced(at, isApart ? 2 : 1), file: file && resolve(file) };
}
