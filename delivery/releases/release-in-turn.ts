import { hasFailed } from "../pulumi.ts";
import { readState, type Stack } from "../state/stack.ts";
import { didLastFail, type StackState } from "../state/stack-state.ts";
import { warn } from "../tell.ts";
import { inTurn } from "../turn/in-turn.ts";
import { bringBack } from "./bring-back.ts";
import { tellOutcome } from "./tell-outcome.ts";
import { upReleases } from "./up-releases.ts";

/**
 * Releases earlier images of a stack when it is its turn, and says the outcome; brings the last proven release back when that
 * fails. Returns the exit code of its `pulumi up`.
 * @param what the undertaking, for people: `the rollback`.
 * @param choose the commits by service for a state; another delivery may have ended while this one waited.
 */
export async function releaseInTurn(
  stack: Stack,
  before: StackState,
  what: string,
  choose: (state: StackState) => Promise<Readonly<Record<string, string>>>,
): Promise<number> {
  const { code } = await inTurn(stack, before, async (state) => {
    const commits = await choose(state);
    const options = { commits, retries: didLastFail(state), guarded: state };
    const ended = await upReleases(stack, options);
    if (ended.code === 0) tellOutcome(Object.keys(commits), state, await readState(stack));
    if (hasFailed(ended)) {
      warn(`stack ${stack.name}: ${what} failed (exit code ${ended.code})`);
      await bringBack(stack, state, ended);
    }
    return ended;
  });
  return code;
}
