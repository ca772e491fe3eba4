import { UserError } from "../../setup/user-error.ts";
import { provenReleases, type StackState } from "../state/stack-state.ts";
import { isBehind } from "./commit-order.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Holds that a pipeline goes forward: one that took longer must not put its commit over what a later one has delivered.
 * On a laptop whoever types the command knows what is checked out.
 * @param folder a folder of the checkout, whose history tells.
 * @throws UserError when the stack has proven a release that has this commit in its past.
 */
export async function refuseBackwards(
  stack: string,
  state: StackState,
  { commit, folder, env }: { commit: string; folder: string; env: Environment },
): Promise<void> {
  if (!env.BITBUCKET_BUILD_NUMBER && !env.GITHUB_RUN_ID) return;
  for (const [service, release] of Object.entries(provenReleases(state))) {
    if (!(await isBehind(folder, commit, release.commit))) continue;
    throw new UserError(
      `${service}: ${stack} runs ${release.commit}, a newer commit than ${commit}, so there is nothing to deliver; to go back, run npm run rollback -- --stack ${stack} --to ${commit}`,
    );
  }
}
