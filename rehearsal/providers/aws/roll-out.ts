import { dropRoute, setRoute } from "../../cloud/routes.ts";
import { removeWorkload, type Workload } from "../platform/workload.ts";
import type { Call } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import { type Deployment, deploy } from "./deployment.ts";
import { type EnvironmentRecord, environmentOf, keepEnvironment } from "./environment-record.ts";
import { hex } from "./identifiers.ts";
import { namesOf } from "./record.ts";
import type { Session } from "./session.ts";
import { optionOf } from "./settings.ts";

/**
 * Brings a version to an environment and moves its routes by the policy for deployments. Whatever comes of the app's health,
 * this succeeds: a version that runs without being healthy is deployed and red, or has been taken back.
 * @param record as the environment is to be; what it runs is taken over from there.
 * @throws RuleError for what the platform tells in an event of severity ERROR; what ran before goes on.
 */
export async function rollOut(
  session: Session,
  record: EnvironmentRecord,
  label: string,
  call: Call,
): Promise<EnvironmentRecord> {
  const deployment = await deploy(session, record, label, call);
  const { unhealthy, workload } = deployment;
  if (unhealthy !== undefined && takesBack(record))
    return takeBack(session, record, deployment, call);
  const docker = await session.docker();
  const old = record.workload;
  const isNewInstance = optionOf(record.settings, command, "DeploymentPolicy") === "Immutable";
  const now: EnvironmentRecord = {
    ...record,
    version: label,
    workload,
    health: unhealthy === undefined ? "Green" : "Red",
    instance: isNewInstance ? `i-${hex(17)}` : record.instance,
  };
  keepEnvironment(session, now);
  lead(session, now, workload);
  if (unhealthy !== undefined) {
    call.log.warn(
      `Environment health has transitioned to Severe: ${unhealthy}; the platform calls this a success`,
    );
  }
  if (old) await removeWorkload(docker, old.id);
  return now;
}

/** Ends what an environment runs, and what leads to it. */
export async function stopServing(session: Session, record: EnvironmentRecord): Promise<void> {
  for (const host of hostsOf(session, record)) dropRoute(session.cloud, host);
  if (record.workload) await removeWorkload(await session.docker(), record.workload.id);
}

/** Starts what an environment ran, if somebody has ended it: the platform would have done so at once. */
export async function revive(session: Session, id: string, call: Call): Promise<void> {
  const record = environmentOf(session, id);
  if (record?.workload === undefined || (await isRunning(session, record.workload))) return;
  await removeWorkload(await session.docker(), record.workload.id);
  const deployment = await deploy(session, record, record.version, call).catch((error: Error) => {
    if (!(error instanceof RuleError)) throw error;
    call.log.warn(
      `${record.name}: its version ${record.version} cannot run again: ${error.message}`,
    );
    return undefined;
  });
  if (!deployment) return;
  const { workload } = deployment;
  const now = { ...record, workload };
  keepEnvironment(session, now);
  lead(session, now, workload);
}

const command = "elasticbeanstalk:command";

/** Rolling deployments wait for the health of what is new before they go on, unless they are told not to. */
function takesBack({ settings, workload }: EnvironmentRecord): boolean {
  const policy = optionOf(settings, command, "DeploymentPolicy") ?? "AllAtOnce";
  const ignores = optionOf(settings, command, "IgnoreHealthCheck") === "true";
  return workload !== undefined && policy !== "AllAtOnce" && !ignores;
}

/** What is new goes, what is old stays: red where batches are replaced in place, green where instances are dropped. */
async function takeBack(
  session: Session,
  record: EnvironmentRecord,
  { workload, unhealthy }: Deployment,
  call: Call,
): Promise<EnvironmentRecord> {
  await removeWorkload(await session.docker(), workload.id);
  const policy = optionOf(record.settings, command, "DeploymentPolicy");
  const health = policy === "Immutable" || policy === "TrafficSplitting" ? "Green" : "Red";
  const now: EnvironmentRecord = { ...record, health };
  keepEnvironment(session, now);
  call.log.warn(
    `the new version did not become healthy (${unhealthy}), and ${record.version} goes on serving; the platform calls this a success`,
  );
  return now;
}

function lead(session: Session, record: EnvironmentRecord, { port }: Workload): void {
  for (const host of hostsOf(session, record))
    setRoute(session.cloud, host, { port, public: true });
}

function hostsOf(session: Session, { endpointUrl, cname }: EnvironmentRecord): string[] {
  const own = [endpointUrl.toLowerCase(), cname];
  return [...own, ...own.flatMap((host) => namesOf(session, host))];
}

async function isRunning(session: Session, { id }: Workload): Promise<boolean> {
  const docker = await session.docker();
  return docker
    .getContainer(id)
    .inspect()
    .then(
      ({ State }) => State.Running,
      (error: { statusCode?: number }) => {
        if (error.statusCode === 404) return false;
        throw error;
      },
    );
}
