import { loginsOfTools } from "../../infra/config/environment.ts";
import type { Values } from "../../infra/config/schema.ts";
import { openRegistry, type Registry } from "../../infra/registries/registry.ts";
import { UserError } from "../../setup/user-error.ts";
import type { Pulumi } from "../pulumi.ts";
import { openStack, readState, type Stack } from "../state/stack.ts";
import { readStackConfig } from "../state/stack-config.ts";
import { provenReleases, type StackState } from "../state/stack-state.ts";
import type { End } from "./promotion.ts";

/** One end of a promotion, with all that is known of its stack. */
export interface Side extends End {
  readonly handle: Stack;
  readonly state: StackState;
  /** Opens the registry of one of its services. */
  registry(service: string): Promise<Registry>;
}

/**
 * Reads a stack's configuration and state.
 * @param flag by which the user names the stack: `--from`.
 * @throws UserError when it is not named, not there, or its configuration has problems.
 */
export async function openSide(
  pulumi: Pulumi,
  flag: string,
  stack: string | undefined,
): Promise<Side> {
  if (!stack) throw new UserError(`${flag}: required; use promote -- --from STACK --to STACK`);
  // One file of a user's choice cannot be the one of two stacks.
  const env = { ...pulumi.env, PULUMI_OPTION_CONFIG_FILE: undefined };
  const handle = await openStack({ ...pulumi, env }, { stack });
  const [values, state] = await Promise.all([readStackConfig(handle), readState(handle)]);
  const { services } = values;
  if (services === undefined) {
    throw new UserError(
      `${flag} ${stack}: is ground and releases nothing; name a stack with services`,
    );
  }
  return {
    stack,
    services,
    proven: provenReleases(state),
    handle,
    state,
    registry: (name) => registryOf(name, values, env),
  };
}

async function registryOf(name: string, { services, secrets }: Values, env: Pulumi["env"]) {
  const service = services?.[name];
  if (service === undefined) throw new Error(`there is no service ${name}`);
  return openRegistry(name, service.registry, {
    logins: loginsOfTools(env),
    secret: (key) => secrets[key] ?? "",
  });
}
