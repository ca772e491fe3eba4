import type { StackState } from "../state/stack-state.ts";
import { tell } from "../tell.ts";

/** Says which image each service had, proven or not, and which one it has now. */
export function tellOutcome(names: readonly string[], before: StackState, after: StackState): void {
  for (const name of names) {
    const was = before.services[name];
    tell(`${name}: old ${was?.tried ?? was?.proven?.image ?? "none"}`);
    tell(`${name}: new ${after.services[name]?.proven?.image ?? "none"}`);
  }
}
