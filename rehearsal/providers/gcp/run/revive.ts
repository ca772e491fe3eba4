import { removeWorkload } from "../../platform/workload.ts";
import type { Call } from "../../provider.ts";
import { RuleError } from "../../rule-error.ts";
import type { GoogleSession } from "../session.ts";
import { portOf, startRevision } from "./revision.ts";
import { keep, type ServiceRecord, type Serving } from "./service-record.ts";
import { publish } from "./service-routes.ts";
import { containersOf } from "./service-rules.ts";

/**
 * Starts the revision that serves again when its container was stopped or taken away, as the platform would at the next
 * request; one that does not come up again stays away, and the proof finds that out.
 */
export async function revive(
  session: GoogleSession,
  id: string,
  service: ServiceRecord,
  call: Call,
): Promise<ServiceRecord> {
  const { serving, spec } = service;
  if (!serving) return service;
  const port = await portNow(session, serving);
  if (port === serving.port) return service;
  const revived = port
    ? { ...serving, port }
    : await startAgain(session, serving, spec, call).catch((error: unknown) => {
        if (error instanceof RuleError) return undefined;
        throw error;
      });
  if (!revived) return service;
  const now = { ...service, serving: revived };
  keep(session.cloud, id, now);
  publish(session, id);
  return now;
}

/** The port under which the container is reached; undefined when it does not run. */
async function portNow(session: GoogleSession, serving: Serving): Promise<number | undefined> {
  const engine = await session.engine();
  const found = await engine
    .getContainer(serving.container)
    .inspect()
    .catch((error: { statusCode?: number }) => {
      if (error.statusCode === 404) return undefined;
      throw error;
    });
  if (!found?.State.Running) return undefined;
  const [container = {}] = containersOf(serving.template);
  const published = found.NetworkSettings.Ports[`${portOf(container)}/tcp`]?.[0]?.HostPort;
  return published === undefined ? undefined : Number(published);
}

async function startAgain(
  session: GoogleSession,
  { container, revision, template }: Serving,
  spec: ServiceRecord["spec"],
  call: Call,
): Promise<Serving> {
  call.log.progress(`starting revision ${revision} again`);
  await removeWorkload(await session.engine(), container);
  return startRevision(session, revision, { spec, template }, call);
}
