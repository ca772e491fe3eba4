import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { delimiter } from "node:path";
import { painter, silentStory } from "../setup/story.ts";
import { UserError } from "../setup/user-error.ts";
import { bringGround, groundStack, standsOnGround } from "./ground.ts";
import { listenForInterruption } from "./interruption.ts";
import { onStack } from "./on-stack.ts";
import { playedCli } from "./run-command.ts";
import { workplaceOf } from "./workplace.ts";

// Pulumi's CLI as a rehearsal plays it: the real CLI, on the state of the stack's rehearsal, with the stand-ins attached.

/** What the rehearsal's own CLI would find first is this file again. */
process.env.PATH = (process.env.PATH ?? "")
  .split(delimiter)
  .filter((folder) => folder !== playedCli)
  .join(delimiter);

const interruption = listenForInterruption();
try {
  process.exit(await play(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  const paint = painter(process.stderr);
  process.stderr.write(`${paint("red", "error:")} ${error.message}\n`);
  process.exit(1);
}

async function play(args: readonly string[]): Promise<number> {
  const stack = stackOf(args);
  const makes = ["up", "update", "preview", "pre", "refresh"].includes(args[0] ?? "");
  if (makes && standsOnGround(stack)) await bringGround({ story: silentStory, interruption });
  const place = workplaceOf("rehearse", stack);
  const options = { story: silentStory, interruption, builds: makes && stack !== groundStack };
  return onStack(place, options, async (open) => {
    const { pulumiCommand, workDir, envVars } = open.stack.workspace;
    const child = spawn(pulumiCommand.command, args, {
      stdio: "inherit",
      cwd: workDir,
      env: { ...process.env, ...envVars, PULUMI_STACK: stack },
    });
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (signal ? constants.signals[signal] : 0);
  });
}

/** A rehearsal has no selected stack: the command has to name it. */
function stackOf(args: readonly string[]): string {
  const index = args.findIndex((arg) => arg === "--stack" || arg === "-s");
  const assigned = args.find((arg) => arg.startsWith("--stack="))?.slice("--stack=".length);
  const stack = (index < 0 ? assigned : args[index + 1]) ?? process.env.PULUMI_STACK;
  if (stack) return stack;
  throw new UserError("pulumi: a rehearsal has no selected stack; name one with --stack");
}
