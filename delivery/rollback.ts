import { command, readFlags } from "./command.ts";
import { fullCommit } from "./commits/full-commit.ts";
import { configurationDifferences } from "./configuration-differences.ts";
import { openPulumi } from "./open-pulumi.ts";
import { refuseInPullRequest } from "./pull-request.ts";
import { releaseInTurn } from "./releases/release-in-turn.ts";
import { wayBack } from "./releases/way-back.ts";
import { openStack, readState, type Stack } from "./state/stack.ts";
import { didLastFail, provenReleases, type StackState } from "./state/stack-state.ts";
import { tell } from "./tell.ts";

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
  let announced = "";
  return releaseInTurn(stack, before, "the rollback", async (state) => {
    const commits = wayBack(stack.name, state, { to: commit, service });
    const words = await announcement(stack, state, commits);
    if (words !== announced) tell(words);
    announced = words;
    return commits;
  });
});

function knownCommits(state: StackState): string[] {
  return Object.values(provenReleases(state)).flatMap(({ commit, previous }) =>
    previous === undefined ? [commit] : [commit, previous],
  );
}

/** Where a rollback goes, and with which configuration: the lines of one {@link tell}. */
async function announcement(
  { name: stack, file }: Stack,
  state: StackState,
  commits: Readonly<Record<string, string>>,
): Promise<string> {
  const failed = didLastFail(state)
    ? [`stack ${stack}: the last update failed, so nothing after the last proven release counts`]
    : [];
  const services = Object.entries(commits).map(async ([name, commit]) => {
    const differences = await configurationDifferences(file, commit);
    return `${name}: the image of ${commit} under the configuration of now; ${worded(differences)}`;
  });
  return [...failed, ...(await Promise.all(services))].join("\n  ");
}

function worded(differences: readonly string[] | undefined): string {
  if (differences === undefined) {
    return "that commit's stack file is not in this checkout, so what differs cannot be told (git fetch brings it)";
  }
  return differences.length === 0
    ? "nothing in it differs"
    : `since then it has other ${differences.join(", ")}`;
}
