import { keptAs } from "../platform/outside-image.ts";
import {
  lastLines,
  removeWorkload,
  startWorkload,
  type Workload,
  waitFor,
} from "../platform/workload.ts";
import type { Call } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import type { Properties } from "../values.ts";
import { appVariables } from "./app-variables.ts";
import type { StoredObject } from "./bucket-object.ts";
import { readBundle } from "./bundle.ts";
import type { ContainerPlan } from "./container-plan.ts";
import { healthProbe, unreachable } from "./environment-health.ts";
import type { EnvironmentRecord } from "./environment-record.ts";
import { hex } from "./identifiers.ts";
import { checkServiceRole, instanceRole } from "./instance-role.ts";
import { checkPull } from "./pull-permission.ts";
import type { Session } from "./session.ts";
import { optionOf, optionsOf } from "./settings.ts";

/** A version that came up; `unhealthy` says why its health route does not answer, if it does not. */
export interface Deployment {
  readonly workload: Workload;
  readonly unhealthy: string | undefined;
}

/**
 * Runs a version of the application as an instance of the environment would: the bundle from S3, the image, the variables
 * and the health route. Nothing that runs already is touched.
 * @throws RuleError for what the platform tells in an event of severity ERROR; nothing is left running then.
 */
export async function deploy(
  session: Session,
  record: EnvironmentRecord,
  label: string,
  call: Call,
): Promise<Deployment> {
  const { settings, region } = record;
  checkServiceRole(session, settings);
  const role = instanceRole(session, settings);
  const plan = readBundle(bundleOf(session, record, label));
  checkPull(session, region, role, plan);
  const variables = appVariables(session, role, settings, call);
  const workload = await start(session, record, plan, variables, call);
  const secrets = Object.keys(
    optionsOf(settings, "elasticbeanstalk:application:environmentsecrets"),
  );
  const hidden = secrets.flatMap((name) => variables[name] || []);
  try {
    const unhealthy = await whyUnhealthy(session, record, plan, workload, hidden, call);
    return { workload, unhealthy };
  } catch (error) {
    await removeWorkload(await session.docker(), workload.id);
    throw error;
  }
}

function bundleOf({ cloud }: Session, record: EnvironmentRecord, label: string): Buffer {
  const { account, region, application } = record;
  const version = cloud.get<Properties>(
    "aws/application-version",
    `${account}/${region}/${application}/${label}`,
  );
  const stored =
    version && cloud.get<StoredObject>("aws/object", `${version.bucket}/${version.key}`);
  if (stored) return Buffer.from(stored.content, "base64");
  throw new RuleError(`the bundle of the version ${label} is gone from S3; make the version again`);
}

async function start(
  session: Session,
  { id, name, settings }: EnvironmentRecord,
  plan: ContainerPlan,
  variables: Readonly<Record<string, string>>,
  call: Call,
): Promise<Workload> {
  const memory = memoryOf(
    optionOf(settings, "ec2:instances", "InstanceTypes") ??
      optionOf(settings, "autoscaling:launchconfiguration", "InstanceType"),
  );
  call.log.progress(`starting ${plan.image}`);
  return startWorkload(
    await session.docker(),
    {
      name: `slipway-${name}-${id}-${hex(6)}`,
      image: keptAs(qualified(plan.image), session.registry),
      env: { ...plan.variables, ...(plan.getsVariables && variables) },
      port: plan.containerPort,
      ...(memory && { memory }),
      ...(plan.command && { command: plan.command }),
      ...(plan.entrypoint && { entrypoint: plan.entrypoint }),
      labels: { "slipway.rehearsal": stackOf(call.urn), "slipway.service": name },
    },
    call,
  );
}

async function whyUnhealthy(
  session: Session,
  { settings }: EnvironmentRecord,
  plan: ContainerPlan,
  workload: Workload,
  hidden: readonly string[],
  call: Call,
): Promise<string | undefined> {
  const docker = await session.docker();
  call.log.progress("waiting for its health route");
  const reason =
    unreachable(plan, settings) ??
    (await waitFor(docker, workload, healthProbe(settings, session.patience), call));
  const { State } = await docker.getContainer(workload.id).inspect();
  if (State.Running) return reason;
  const log = await lastLines(docker, workload.id);
  const told = hidden.reduce((text, secret) => text.replaceAll(secret, "[secret]"), log);
  if (log !== "") call.log.info(`the end of the container's log:\n${told}`);
  throw new RuleError(
    `the container quit unexpectedly after launch: ${reason ?? "it ended"}; mend the image, its log tells more`,
  );
}

/** `urn:pulumi:production::…` is of the stack `production`. */
function stackOf(urn: string): string {
  return urn.split(":")[2] ?? "";
}

/** `acme/web` is Docker Hub's, as Docker itself reads it. */
function qualified(image: string): string {
  const [first = "", ...rest] = image.split("/");
  if (rest.length === 0) return `docker.io/library/${image}`;
  return /[.:]/.test(first) || first === "localhost" ? image : `docker.io/${image}`;
}

/** MiB of the smaller types of instances, by https://aws.amazon.com/ec2/instance-types; undefined for all others. */
function memoryOf(types: string | undefined): number | undefined {
  const size = /^t[234][a-z]?\.(?<size>\w+)/.exec(types ?? "t3.small")?.groups?.size;
  return { nano: 512, micro: 1_024, small: 2_048, medium: 4_096, large: 8_192 }[size ?? ""];
}
