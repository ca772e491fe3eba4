import type { Update } from "../bridge/bridged-type.ts";
import type { Call, ResourceType } from "../provider.ts";
import { InitError, RuleError } from "../rule-error.ts";
import type { Properties } from "../values.ts";
import { awsType } from "./aws-type.ts";
import { configured, newRecord, refuseTags } from "./environment-inputs.ts";
import {
  claimNames,
  type EnvironmentRecord,
  environmentOf,
  forgetEnvironment,
  keepEnvironment,
  requireReady,
} from "./environment-record.ts";
import { checkEnvironment, environmentSchema } from "./environment-schema.ts";
import { environmentState } from "./environment-state.ts";
import { revive, rollOut, stopServing } from "./roll-out.ts";
import type { Session } from "./session.ts";

/** `elasticbeanstalk.Environment`: runs the bundle of its version as the platform would, on the engine of this machine. */
export function environmentType(session: Session): ResourceType {
  return awsType(session, {
    tagged: true,
    autonamed: { property: "name", most: 40 },
    importable: true,
    schema: environmentSchema,
    check: checkEnvironment,
    create: (planned, call) => createEnvironment(session, planned, call),
    async read(id, state, call) {
      if (!environmentOf(session, id)) return undefined;
      await revive(session, id, call);
      return readBack(session, id, state);
    },
    update: (update, call) => updateEnvironment(session, update, call),
    async delete(id) {
      const record = environmentOf(session, id);
      if (!record) return;
      if (record.status !== "Terminating") requireReady(record);
      keepEnvironment(session, { ...record, status: "Terminating", worker: process.pid });
      await stopServing(session, record);
      forgetEnvironment(session, record);
    },
  });
}

/** From the moment the environment has an id, whatever goes wrong leaves it there and is told as its reason. */
async function createEnvironment(session: Session, planned: Properties, call: Call) {
  const record = newRecord(session, planned);
  claimNames(session, record);
  const { id } = record;
  const version = planned.version;
  keepEnvironment(session, { ...record, status: "Launching", worker: process.pid });
  if (version === undefined) {
    call.log.warn(
      "without a version the sample application is deployed, which a rehearsal does not run",
    );
    keepEnvironment(session, record);
    return { id, state: environmentState(record, planned) };
  }
  try {
    await rollOut(session, record, String(version), call);
  } catch (error) {
    keepEnvironment(session, { ...record, health: "Red" });
    const state = { ...environmentState(record, planned), version };
    // Who has given up meanwhile still has an environment, which the state must not lose.
    if (call.signal.aborted) throw new InitError(id, state, "cancelled", { cause: error });
    throw initError(record, state, error);
  }
  return { id, state: readBack(session, id, planned) };
}

/**
 * Brings what has changed to the environment. A failure leaves the planned values in the state, also a version that is not
 * deployed; with nothing to send, the environment is only read back.
 */
async function updateEnvironment(
  session: Session,
  { id, planned, changed, state }: Update,
  call: Call,
): Promise<Properties> {
  const before = environmentOf(session, id);
  if (!before)
    throw new RuleError(`InvalidParameterValue: No Environment found for EnvironmentId = '${id}'`);
  const sent = changed.filter((name) => !localProperties.includes(name));
  if (changed.length === 0) return readBack(session, id, planned);
  let isSent = false;
  try {
    refuseTags(planned);
    requireReady(before);
    const tags = (planned.tagsAll ?? {}) as EnvironmentRecord["tags"];
    if (changed.includes("tags")) keepEnvironment(session, { ...before, tags });
    if (sent.length === 0) return readBack(session, id, planned);
    if (changed.includes("tags")) {
      throw new RuleError(
        `InvalidParameterValue: Environment named ${before.name} is in an invalid state for this operation. Must be Ready; its tags are being changed, change nothing else with them`,
      );
    }
    const wanted = { ...before, ...configured(session, planned) };
    isSent = true;
    await send(session, wanted, planned, call);
    return readBack(session, id, planned);
  } catch (error) {
    // What was there before goes on, under its label and with its settings.
    if (isSent) keepEnvironment(session, { ...before, status: "Ready" });
    throw initError(before, { ...state, ...planned }, error);
  }
}

async function send(
  session: Session,
  record: EnvironmentRecord,
  planned: Properties,
  call: Call,
): Promise<void> {
  const ready: EnvironmentRecord = { ...record, status: "Ready" };
  keepEnvironment(session, { ...record, status: "Updating", worker: process.pid });
  const label = String(planned.version ?? record.version);
  if (label === "") keepEnvironment(session, ready);
  else await rollOut(session, ready, label, call);
}

/** What the provider keeps to itself, and tags, which have a call of their own. */
const localProperties = ["pollInterval", "tags", "waitForReadyTimeout"];

function readBack(session: Session, id: string, planned: Properties): Properties {
  const record = environmentOf(session, id);
  if (!record) throw new Error(`${id}: the environment is gone while it is read back`);
  return environmentState(record, { ...planned, tagsAll: record.tags });
}

/** In the words of the provider: the environment, then the event. */
function initError({ id, name }: EnvironmentRecord, state: Properties, error: unknown): unknown {
  if (!(error instanceof RuleError)) return error;
  return new InitError(
    id,
    state,
    `error waiting for Elastic Beanstalk Environment ${name} (${id}): ${new Date().toISOString()} ERROR: ${error.message}`,
    { cause: error },
  );
}
