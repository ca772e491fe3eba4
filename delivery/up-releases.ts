import { become, type Ended } from "./pulumi.ts";
import { withReleaseFile } from "./release-file.ts";
import type { Stack } from "./stack.ts";

export interface UpReleasesOptions {
  /** The commits by the services' names. */
  readonly commits: Readonly<Record<string, string>>;
  /** Whether what was tried before without a proof is to be tried again. */
  readonly retries: boolean;
}

/** Runs `pulumi up` of earlier releases on a stack, without questions; nothing is built, and the program proves them. */
export function upReleases(stack: Stack, { commits, retries }: UpReleasesOptions): Promise<Ended> {
  const { name, pulumi } = stack;
  const env = { ...pulumi.env, SLIPWAY_RETRY: retries ? "on" : "off" };
  return withReleaseFile(stack, commits, (copy) => {
    const args = ["up", "--yes", "--skip-preview", "--stack", name, "--config-file", copy];
    return become({ program: pulumi.program, env }, args, pulumi.folder);
  });
}
