import { readCommit } from "../infra/commit.ts";
import { command } from "./command.ts";
import { refuseBackwards } from "./commits/refuse-backwards.ts";
import { guardedUp } from "./guard/guarded-up.ts";
import { asksNobody } from "./guard/preview-arguments.ts";
import { defaultBranch, movingTags } from "./moving-tags.ts";
import { openPulumi } from "./open-pulumi.ts";
import { refuseInPullRequest } from "./pull-request.ts";
import { hasFailed, type Pulumi } from "./pulumi.ts";
import { readPulumiUp } from "./pulumi-up.ts";
import { bringBack } from "./releases/bring-back.ts";
import { openStack, readState } from "./state/stack.ts";
import { didLastFail, type StackState } from "./state/stack-state.ts";
import { inTurn } from "./turn/in-turn.ts";

/**
 * `npm run deliver -- pulumi up --stack production`: runs that very command when it is its turn, and not when its plan takes
 * away what nobody has approved. What failed before is tried again; the moving tags follow the proof; when the command fails,
 * the last proven release is brought back. The exit code is the command's.
 */
await command(async (args) => {
  const up = readPulumiUp(args);
  const pulumi = await openPulumi(up.program, up.cwd);
  refuseInPullRequest("deliver", pulumi.env);
  const stack = await openStack(pulumi, up);
  const { id: commit, branch } = readCommit(pulumi.folder, {
    environment: pulumi.env,
    pipeline: pulumi.folder,
  });
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY && !pulumi.env.CI;
  const asks = isTerminal && !asksNobody(up.args, pulumi.env);
  const { code } = await inTurn(stack, await readState(stack), async (before) => {
    await refuseBackwards(stack.name, before, { ...pulumi, commit });
    const env = {
      ...pulumi.env,
      ...(await told(pulumi, branch, before)),
      ...(!isTerminal && { PULUMI_SKIP_CONFIRMATIONS: "true" }),
    };
    const ended = await guardedUp(stack, before, {
      args: up.args,
      env,
      folder: process.cwd(),
      asks,
    });
    if (hasFailed(ended)) await bringBack(stack, before, ended);
    return ended;
  });
  return code;
});

/** What the program and Pulumi are told beside the user's own command line. */
async function told(
  { env, folder }: Pulumi,
  branch: string,
  state: StackState,
): Promise<Record<string, string>> {
  const tags = [
    ...(env.SLIPWAY_TAGS?.split(",") ?? []),
    ...movingTags(branch, await defaultBranch(folder), env),
  ].filter(Boolean);
  return {
    ...(didLastFail(state) && { SLIPWAY_RETRY: "on" }),
    ...(tags.length > 0 && { SLIPWAY_TAGS: [...new Set(tags)].join(",") }),
  };
}
