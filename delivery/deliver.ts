import { readCommit } from "../infra/commit.ts";
import { bringBack } from "./bring-back.ts";
import { command } from "./command.ts";
import { defaultBranch, movingTags } from "./moving-tags.ts";
import { openPulumi } from "./open-pulumi.ts";
import { become, type Pulumi } from "./pulumi.ts";
import { readPulumiUp } from "./pulumi-up.ts";
import { openStack, readState } from "./stack.ts";
import { didLastFail, type StackState } from "./stack-state.ts";

/**
 * `npm run deliver -- pulumi up --stack production`: runs that very command. What failed before is tried again; the moving
 * tags follow the proof; when the command fails, the last proven release is brought back. The exit code is the command's.
 */
await command(async (args) => {
  const up = readPulumiUp(args);
  const pulumi = await openPulumi(up.program, up.cwd);
  const stack = await openStack(pulumi, up);
  const before = await readState(stack);
  const env = { ...pulumi.env, ...(await told(pulumi, before)) };
  const ended = await become({ ...pulumi, env }, up.args, process.cwd());
  if (ended.code !== 0) await bringBack(stack, before, ended);
  return ended.code;
});

/** What the program and Pulumi are told beside the user's own command line. */
async function told({ env, folder }: Pulumi, state: StackState): Promise<Record<string, string>> {
  const { branch } = readCommit(folder, { environment: env, pipeline: folder });
  const tags = [
    ...(env.SLIPWAY_TAGS?.split(",") ?? []),
    ...movingTags(branch, await defaultBranch(folder), env),
  ].filter(Boolean);
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY && !env.CI;
  return {
    ...(didLastFail(state) && { SLIPWAY_RETRY: "on" }),
    ...(tags.length > 0 && { SLIPWAY_TAGS: [...new Set(tags)].join(",") }),
    ...(!isTerminal && { PULUMI_SKIP_CONFIRMATIONS: "true" }),
  };
}
