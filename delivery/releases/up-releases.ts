import { guardedUp } from "../guard/guarded-up.ts";
import { become, type Ended } from "../pulumi.ts";
import type { Stack } from "../state/stack.ts";
import type { StackState } from "../state/stack-state.ts";
import { withReleaseFile } from "./release-file.ts";

export interface UpReleasesOptions {
  /** The commits by the services' names. */
  readonly commits: Readonly<Record<string, string>>;
  /** Whether what was tried before without a proof is to be tried again. */
  readonly retries: boolean;
  /** The state that the plan is guarded by. Default: nothing is held back. */
  readonly guarded?: StackState;
}

/**
 * Runs `pulumi up` of earlier releases on a stack, without questions; nothing is built, and the program proves them.
 * @throws UserError when the plan takes away what is not approved.
 */
export function upReleases(
  stack: Stack,
  { commits, retries, guarded }: UpReleasesOptions,
): Promise<Ended> {
  const { name, pulumi } = stack;
  const { program, folder } = pulumi;
  const env = { ...pulumi.env, SLIPWAY_RETRY: retries ? "on" : "off" };
  return withReleaseFile(stack, commits, (copy) => {
    const args = ["up", "--yes", "--skip-preview", "--stack", name, "--config-file", copy];
    if (guarded === undefined) return become({ program, env }, args, folder);
    return guardedUp(stack, guarded, { args, env, folder, asks: false });
  });
}
