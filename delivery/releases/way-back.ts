import { UserError } from "../../setup/user-error.ts";
import { didLastFail, provenReleases, type StackState } from "../state/stack-state.ts";

/** What a rollback was asked for. */
export interface Wish {
  /** A full commit. Default: the last proven release where the last update failed, else the one before it. */
  readonly to?: string | undefined;
  /** Default: all services. */
  readonly service?: string | undefined;
}

/**
 * The commits to go back to, by the services' names; services that were not asked for keep their last proven release.
 * @throws UserError when a service is unknown or nothing earlier is known of one.
 */
export function wayBack(
  stack: string,
  state: StackState,
  { to, service }: Wish,
): Record<string, string> {
  const names = Object.keys(state.services);
  if (names.length === 0) {
    throw new UserError(
      `stack ${stack}: nothing was delivered there yet; deliver with npm run deliver -- pulumi up --stack ${stack}`,
    );
  }
  if (service !== undefined && !names.includes(service)) {
    throw new UserError(
      `--service ${service}: stack ${stack} has no such service; use one of ${names.join(", ")}`,
    );
  }
  const proven = provenReleases(state);
  const failed = didLastFail(state);
  const asked = service === undefined ? names : [service];
  const back = asked.flatMap((name) => {
    const release = proven[name];
    const commit = to ?? (failed ? release?.commit : release?.previous);
    // With others proven, a service that never was is taken out.
    if (commit === undefined && failed && Object.keys(proven).length > 0) return [];
    if (commit === undefined) throw new UserError(noneBefore(name, stack, release?.commit));
    return [[name, commit] as const];
  });
  const kept = Object.entries(proven).map(([name, { commit }]) => [name, commit] as const);
  return Object.fromEntries([...kept, ...back]);
}

function noneBefore(service: string, stack: string, proven: string | undefined): string {
  const what =
    proven === undefined
      ? `no release was ever proven on ${stack}`
      : `no release before ${proven} is known on ${stack}`;
  return `${service}: ${what}; name a commit with --to`;
}
