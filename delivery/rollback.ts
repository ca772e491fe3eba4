import { bringBack } from "./bring-back.ts";
import { command, readFlags } from "./command.ts";
import { configurationDifferences } from "./configuration-differences.ts";
import { fullCommit } from "./full-commit.ts";
import { inTurn } from "./in-turn.ts";
import { openPulumi } from "./open-pulumi.ts";
import { refuseInPullRequest } from "./pull-request.ts";
import { hasFailed } from "./pulumi.ts";
import { openStack, readState, type Stack } from "./stack.ts";
import { didLastFail, provenReleases, type StackState } from "./stack-state.ts";
import { tell, warn } from "./tell.ts";
import { tellOutcome } from "./tell-outcome.ts";
import { upReleases } from "./up-releases.ts";
import { wayBack } from "./way-back.ts";

/**
 * `npm run rollback -- --stack production [--to COMMIT] [--service NAME]`: puts an earlier image under the configuration of
 * now, proves it, and says which configuration differs. The exit code is that of its `pulumi up`.
 */
await command(async (args) => {
  const { to, service, ...choice } = readFlags(args, {
    stack: { type: "string" },
    to: { type: "string" },
    service: { type: "string" },
  });
  const pulumi = await openPulumi();
  refuseInPullRequest("rollback", pulumi.env);
  const stack = await openStack(pulumi, choice);
  const before = await readState(stack);
  const commit =
    to === undefined ? undefined : await fullCommit(to, knownCommits(before), stack.pulumi.folder);
  const commits = wayBack(stack.name, before, { to: commit, service });
  await announce(stack, before, commits);
  const { code } = await inTurn(stack, before, async (state) => {
    const options = { commits, retries: didLastFail(state), guarded: state };
    const ended = await upReleases(stack, options);
    if (ended.code === 0) tellOutcome(Object.keys(commits), state, await readState(stack));
    if (hasFailed(ended)) {
      warn(`stack ${stack.name}: the rollback failed (exit code ${ended.code})`);
      await bringBack(stack, state, ended);
    }
    return ended;
  });
  return code;
});

function knownCommits(state: StackState): string[] {
  return Object.values(provenReleases(state)).flatMap(({ commit, previous }) =>
    previous === undefined ? [commit] : [commit, previous],
  );
}

async function announce(
  stack: Stack,
  before: StackState,
  commits: Readonly<Record<string, string>>,
) {
  if (didLastFail(before))
    tell(
      `stack ${stack.name}: the last update failed, so nothing after the last proven release counts`,
    );
  for (const [name, commit] of Object.entries(commits)) {
    const differences = await configurationDifferences(stack.file, commit);
    tell(`${name}: the image of ${commit} under the configuration of now; ${worded(differences)}`);
  }
}

function worded(differences: readonly string[] | undefined): string {
  if (differences === undefined) {
    return "that commit's stack file is not in this checkout, so what differs cannot be told (git fetch brings it)";
  }
  return differences.length === 0
    ? "nothing in it differs"
    : `since then it has other ${differences.join(", ")}`;
}
