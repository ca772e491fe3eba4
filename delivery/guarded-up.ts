import { holdBack } from "./approval.ts";
import { withLink } from "./delivery-link.ts";
import { planned } from "./planned.ts";
import { become, type Ended, type UpCall } from "./pulumi.ts";
import { readState, type Stack } from "./stack.ts";
import { noState, type StackState } from "./stack-state.ts";

/**
 * Runs a `pulumi up`. Where nobody is asked, its plan is looked at first; so is that of the next try when the stack has
 * changed meanwhile, because then the plan is of something else.
 * @param before the state that the `up` goes by.
 * @throws UserError when the plan takes away what is not approved, or cannot be made.
 */
export async function guardedUp(stack: Stack, before: StackState, call: UpCall): Promise<Ended> {
  // A stack that is not there yet holds nothing, and only an `up` can make it.
  if (!call.asks && before !== noState) {
    const plan = await planned(stack, call);
    if ("code" in plan) return plan;
    holdBack(stack.name, plan, call.env.SLIPWAY_APPROVE);
    const { lastUpdate } = await readState(stack);
    if (lastUpdate?.startTime !== before.lastUpdate?.startTime) return overtaken;
  }
  return withLink(stack, () =>
    become({ program: stack.pulumi.program, env: call.env }, call.args, call.folder),
  );
}

const overtaken: Ended = { code: 1, interrupted: false, locked: "", overtaken: true };
