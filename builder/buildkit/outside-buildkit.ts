import { MachineryLost } from "../work/steps.ts";
import type { Site } from "./site.ts";

/**
 * A BuildKit that somebody else runs. Memory, cpu, processes and disk are limited by whoever runs it, and a build that is given up
 * ends because BuildKit notices that its client has gone.
 * @param address as in `BUILDKIT_HOST`.
 * @param ask runs BuildKit's client and returns what it said where it failed.
 */
export function outsideBuildkit(
  address: string,
  ask: (args: readonly string[]) => Promise<string | undefined>,
): Site {
  const check = async (): Promise<void> => {
    const problem = await ask(["--addr", address, "debug", "workers"]);
    if (problem !== undefined) throw new MachineryLost(`BUILDKIT_HOST: ${address}: ${problem}`);
  };
  return {
    ready: async () => ({ address }),
    stop: async () => {},
    bases: async () => [],
    check,
    close: async () => {},
  };
}
