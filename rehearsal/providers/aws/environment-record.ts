import { RuleError } from "../rule-error.ts";
import type { Session } from "./session.ts";
import type { Setting } from "./settings.ts";

// What Elastic Beanstalk knows of an environment.

export interface EnvironmentRecord {
  /** `e-` and ten characters. */
  readonly id: string;
  readonly account: string;
  readonly region: string;
  readonly application: string;
  readonly name: string;
  readonly description?: string;
  readonly tier: string;
  /** What was asked for; empty where the name was made up. */
  readonly cnamePrefix: string;
  readonly cname: string;
  readonly endpointUrl: string;
  readonly solutionStack: string;
  readonly settings: readonly Setting[];
  readonly tags: Readonly<Record<string, string>>;
  readonly status: "Launching" | "Updating" | "Ready" | "Terminating";
  /** The process that is at work on it while it is not ready. */
  readonly worker?: number;
  readonly health: "Green" | "Red" | "Grey";
  /** The label of the version that it really runs; empty where none ever came up. */
  readonly version: string;
  /** The instance, which is another one after an immutable deployment. */
  readonly instance: string;
  /** What answers for it; absent where nothing does. */
  readonly workload?: { readonly id: string; readonly port: number };
}

const kind = "aws/environment";

export function environmentOf({ cloud }: Session, id: string): EnvironmentRecord | undefined {
  return cloud.get<EnvironmentRecord>(kind, id);
}

export function keepEnvironment({ cloud }: Session, record: EnvironmentRecord): void {
  cloud.put(kind, record.id, record);
}

/** Makes its name and its host name free again. */
export function forgetEnvironment({ cloud }: Session, record: EnvironmentRecord): void {
  cloud.delete(kind, record.id);
  cloud.delete("aws/environment-name", nameId(record));
  cloud.delete("aws/cname", record.cname);
}

/**
 * Takes the name and the host name of a new environment.
 * @throws RuleError when somebody has one of them.
 */
export function claimNames({ cloud }: Session, record: EnvironmentRecord): void {
  const { name, region, cname, id } = record;
  if (!cloud.create("aws/environment-name", nameId(record), { id })) {
    throw new RuleError(
      `InvalidParameterValue: Environment ${name} already exists in ${region}; choose another name, or adopt that one`,
    );
  }
  if (cloud.create("aws/cname", cname, { id })) return;
  cloud.delete("aws/environment-name", nameId(record));
  throw new RuleError(
    `InvalidParameterValue: DNS name (${cname}) is not available; choose another cnamePrefix, or leave it out`,
  );
}

/** @throws RuleError while somebody is at work on the environment. */
export function requireReady({ name, status, worker }: EnvironmentRecord): void {
  if (status === "Ready" || worker === undefined || !isAlive(worker)) return;
  throw new RuleError(
    `InvalidParameterValue: Environment named ${name} is in an invalid state for this operation. Must be Ready; it is ${status}, wait for that to end`,
  );
}

function nameId({ account, region, name }: EnvironmentRecord): string {
  return `${account}/${region}/${name}`;
}

/** A process that was killed leaves an environment that will never be ready; the next one takes over. */
function isAlive(worker: number): boolean {
  if (worker === process.pid) return true;
  try {
    process.kill(worker, 0);
    return true;
  } catch {
    return false;
  }
}
