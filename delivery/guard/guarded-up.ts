import { become, type Ended, type UpCall } from "../pulumi.ts";
import { newestEntry, type Stack } from "../state/stack.ts";
import { noState, type StackState } from "../state/stack-state.ts";
import { withLink } from "../turn/delivery-link.ts";
import { holdBack } from "./approval.ts";
import { planned } from "./planned.ts";

/**
 * Runs a `pulumi up`. Where nobody is asked, its plan is looked at first; so is that of the next try when the stack has
 * changed meanwhile, because then the plan is of something else.
 * @param before the state that the `up` goes by.
 * @throws UserError when the plan takes away what is not approved, or cannot be made.
 */
export async function guardedUp(stack: Stack, before: StackState, call: UpCall): Promise<Ended> {
  // A stack that is not there yet holds nothing, and only an `up` can make it.
  const isPlanned = !call.asks && before !== noState;
  if (isPlanned) {
    const plan = await planned(stack, call);
    if ("code" in plan) return plan;
    holdBack(stack.name, plan, call.env.SLIPWAY_APPROVE);
  }
  return withLink(stack, async () => {
    // The last thing before Pulumi takes its lock: what is between the two goes unseen.
    const isOvertaken = isPlanned && (await newestEntry(stack)) !== before.newest;
    if (isOvertaken) return overtaken;
    return become({ program: stack.pulumi.program, env: call.env }, call.args, call.folder);
  });
}

const overtaken: Ended = { code: 1, interrupted: false, locked: "", overtaken: true };
