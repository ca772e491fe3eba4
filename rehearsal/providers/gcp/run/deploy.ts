import { setTimeout as pause } from "node:timers/promises";
import { meansSame } from "../../bridge/plan.ts";
import type { Field } from "../../bridge/schema.ts";
import type { Call } from "../../provider.ts";
import type { Properties } from "../../values.ts";
import type { GoogleSession } from "../session.ts";
import { removeInstances } from "./instances.ts";
import { startRevision } from "./revision.ts";
import { RevisionFailure } from "./revision-failure.ts";
import { isLeftUnfinished, keep, type ServiceRecord, type Serving } from "./service-record.ts";
import { publish } from "./service-routes.ts";
import { serviceSchema } from "./service-schema.ts";

/** Seconds that an instance has to end after it was told to. */
const GRACE = 10;

/**
 * Brings up the revision `service.created` beside the one that serves, whose place it takes when it is ready.
 * @returns what the platform says when it does not come up; the one before goes on serving.
 */
export async function deploy(
  session: GoogleSession,
  id: string,
  service: ServiceRecord,
  call: Call,
): Promise<string | undefined> {
  const { cloud } = session;
  const { created, spec, generation } = service;
  const template = spec.template as Properties;
  const { failure: _before, maker: _killed, ...rest } = service;
  const known = { ...rest, revisions: { ...service.revisions, [created]: template } };
  const failure = `Revision '${created}' is being made.`;
  keep(cloud, id, { ...known, failure, maker: process.pid });
  publish(session, id);
  try {
    await removeInstances(session, spec, service.serving?.container);
    const serving = await startRevision(session, created, { spec, template }, call);
    keep(cloud, id, { ...known, serving, observedGeneration: generation });
    publish(session, id);
    if (service.serving) await end(session, service.serving);
    await removeInstances(session, spec, serving.container);
    return undefined;
  } catch (error) {
    // Whatever happened, the service is there by now, and the state must say so.
    if (!(error instanceof RevisionFailure || call.signal.aborted)) throw error;
    const why = call.signal.aborted ? "It was cancelled." : (error as Error).message;
    const failure = `Revision '${created}' is not ready and cannot serve traffic. ${why}`;
    keep(cloud, id, { ...known, failure });
    return `Error code ${error instanceof RevisionFailure ? error.code : 9}, message: ${failure}`;
  }
}

/** Whether a service as it is to be has another template than the revision that was made last. */
export function needsRevision(service: ServiceRecord, spec: Properties): boolean {
  const { created, revisions } = service;
  if (isLeftUnfinished(service)) return true;
  return !meansSame(serviceSchema.template as Field, revisions[created], spec.template);
}

/** Tells a revision to end once nothing is sent to it any more, so that what it is at can be finished. */
async function end(session: GoogleSession, { container }: Serving): Promise<void> {
  const engine = await session.engine();
  await pause(300);
  await engine
    .getContainer(container)
    .stop({ t: GRACE })
    .catch(() => undefined);
}
