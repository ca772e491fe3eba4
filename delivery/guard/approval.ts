import { UserError } from "../../setup/user-error.ts";
import type { Plan } from "../plan.ts";
import { type Held, heldBack } from "./guard.ts";

/**
 * Stops a plan that takes something away which nobody has approved.
 * @param approved the URNs that may go, with whitespace or commas between: `SLIPWAY_APPROVE`; those of other stacks do not count.
 * @throws UserError that lists what is held back, and when a URN is approved that is not.
 */
export function holdBack(stack: string, plan: Plan, approved = ""): void {
  const held = heldBack(plan);
  const named = new Set(approved.split(/[\s,]+/).filter(Boolean));
  const unknown = [...named].filter(
    (urn) => !isOfAnother(stack, urn) && !held.some((one) => one.urn === urn),
  );
  const missing = held.filter(({ urn }) => !named.has(urn));
  const list = held.map((one) => `  ${worded(one)}`);
  if (unknown.length > 0) {
    const what = held.length === 0 ? "it holds nothing back" : "it holds back:";
    const mend = held.length === 0 ? "unset it" : "name these, or unset it";
    throw new UserError(
      [
        `SLIPWAY_APPROVE: the plan of stack ${stack} does not delete or replace ${unknown.join(" or ")}; ${mend}, because ${what}`,
        ...list,
      ].join("\n"),
    );
  }
  if (missing.length === 0) return;
  throw new UserError(
    [
      `stack ${stack}: stopped before the update, because it would take away what may hold data or an address:`,
      ...list,
      "  keep it in the program, or approve it: run again with SLIPWAY_APPROVE (in a pipeline, a variable of the manual run) set to",
      `  ${held.map(({ urn }) => urn).join(" ")}`,
    ].join("\n"),
  );
}

/** One run may bring several stacks up, each with URNs of its own. */
function isOfAnother(stack: string, urn: string): boolean {
  const name = /^urn:pulumi:([^:]+)::/.exec(urn)?.[1];
  return name !== undefined && name !== stack.split("/").at(-1);
}

function worded({ urn, op, why }: Held): string {
  return `${op} ${urn}: ${why}`;
}
