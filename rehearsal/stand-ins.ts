import { join } from "node:path";
import type { Cloud } from "./cloud/cloud.ts";
import type { Kind } from "./clouds-in.ts";
import type { Provider } from "./providers/provider.ts";
import { checkout } from "./workplace.ts";

/** The stand-ins of a run, attached and waiting for Pulumi's engine. */
export interface StandIns {
  /** The value of `PULUMI_DEBUG_PROVIDERS`. */
  readonly debugProviders: string;
  close(): Promise<void>;
}

/** What plays the outside in a rehearsal. */
export interface Outside {
  readonly cloud: Cloud;
  /** Host and port of this machine's registry, which keeps what is pushed to any other. */
  readonly registry: string;
  /** The clouds that the stack uses. */
  readonly clouds: readonly Kind[];
}

/** Whose program the stand-ins serve: its relative paths start in the checkout's `infra`. */
const program = join(checkout, "infra");

/**
 * Attaches a stand-in for docker and for each cloud that is used; only those are loaded. Without an outside, nothing is
 * redirected: images are pushed to where they are named.
 */
export async function attachStandIns(
  engineHost: string,
  outside: Outside | undefined,
  cwd = program,
): Promise<StandIns> {
  const { attach } = await import("./providers/host.ts");
  const env = { ...process.env, DOCKER_HOST: engineHost };
  const clouds = outside?.clouds ?? [];
  const [docker, ...others] = await Promise.all([
    dockerStandIn(env, outside, cwd),
    ...clouds.map(async (kind) => [kind, await cloudStandIn(kind, env, outside)] as const),
  ]);
  return attach({ docker, ...Object.fromEntries(others) });
}

async function dockerStandIn(
  env: NodeJS.ProcessEnv,
  outside: Outside | undefined,
  cwd: string,
): Promise<Provider> {
  const { createDockerProvider } = await import("./providers/docker/provider.ts");
  if (!outside) return createDockerProvider({ cwd, env });
  const [{ keptAs }, { pushRefusal }] = await Promise.all([
    import("./providers/platform/outside-image.ts"),
    import("./cloud/repositories.ts"),
  ]);
  return createDockerProvider({
    cwd,
    env,
    redirect: (name) => keptAs(name, outside.registry),
    refusesPush: (name) => pushRefusal(outside.cloud, name),
  });
}

async function cloudStandIn(
  kind: Kind,
  env: NodeJS.ProcessEnv,
  outside: Outside | undefined,
): Promise<Provider> {
  if (!outside) throw new Error(`${kind}: has a stand-in in rehearsals only`);
  const options = { cloud: outside.cloud, registry: outside.registry, env };
  switch (kind) {
    case "gcp":
      return (await import("./providers/gcp/provider.ts")).createGoogleProvider(options);
    case "aws":
      return (await import("./providers/aws/provider.ts")).createAwsProvider(options);
  }
}
