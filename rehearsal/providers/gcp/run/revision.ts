import { engineMessage, isEngineError } from "../../docker/engine.ts";
import { keptAs } from "../../platform/outside-image.ts";
import {
  lastLines,
  removeWorkload,
  startWorkload,
  type Workload,
  waitFor,
} from "../../platform/workload.ts";
import type { Call } from "../../provider.ts";
import { RuleError } from "../../rule-error.ts";
import { isProperties, type Properties } from "../../values.ts";
import { type GoogleSession, projectOf } from "../session.ts";
import { type Environment, environmentOf } from "./environment.ts";
import { lookUp } from "./image-platform.ts";
import { notFound, sourceOf } from "./image-source.ts";
import { instanceSuffix } from "./instances.ts";
import { resourcesOf } from "./resource-rules.ts";
import { RevisionFailure } from "./revision-failure.ts";
import type { Serving } from "./service-record.ts";
import { containersOf, limitsOf } from "./service-rules.ts";

// One revision of a service, brought up as Cloud Run does: the image is found, its secrets are read, its container is started
// and has to pass the start-up probe.

/**
 * Starts a revision and waits until it is ready. What it started is removed when it does not get there.
 * @throws RevisionFailure with what the platform would say.
 */
export async function startRevision(
  session: GoogleSession,
  revision: string,
  { spec, template }: { spec: Properties; template: Properties },
  call: Call,
): Promise<Serving> {
  const project = projectOf(spec);
  const [container = {}] = containersOf(template);
  const image = await readableImage(session, String(container.image), project, call);
  const account = String(template.serviceAccount);
  const environment = environmentOf(session, container, { account, project });
  const port = portOf(container);
  const engine = await session.engine();
  const { cpu, memory } = resourcesOf(limitsOf(container));
  const platform = {
    PORT: String(port),
    K_SERVICE: String(spec.name),
    K_REVISION: revision,
    K_CONFIGURATION: String(spec.name),
  };
  call.log.progress(`starting revision ${revision}`);
  const workload = await startWorkload(
    engine,
    {
      name: `${revision}-${instanceSuffix(session, spec)}`,
      image,
      env: { ...environment.env, ...platform },
      port,
      memory,
      cpus: cpu,
      ...(Array.isArray(container.commands) && { entrypoint: container.commands.map(String) }),
      ...(Array.isArray(container.args) && { command: container.args.map(String) }),
      labels: {
        "slipway.rehearsal": call.urn.split("::")[0]?.split(":")[2] ?? "",
        "slipway.service": String(spec.name),
        "slipway.revision": revision,
      },
    },
    call,
  ).catch((error: unknown) => {
    if (!(error instanceof RuleError) && !isEngineError(error)) throw error;
    throw new RevisionFailure(9, engineMessage(error as Error), { cause: error });
  });
  try {
    await becomeReady(session, workload, container, environment, call);
    return { revision, container: workload.id, port: workload.port, template };
  } catch (error) {
    await removeWorkload(engine, workload.id);
    throw error;
  }
}

async function readableImage(
  session: GoogleSession,
  image: string,
  project: string,
  call: Call,
): Promise<string> {
  const source = keptAs(sourceOf(session, image, project), session.registry);
  const found = await lookUp(source, call.signal);
  if (!found) throw notFound(image);
  if (!found.platforms.some(({ os, architecture }) => os === "linux" && architecture === "amd64")) {
    throw new RevisionFailure(
      9,
      `Container manifest type must support amd64/linux, and ${image} does not`,
    );
  }
  // A tag is resolved once, when the revision is made.
  return `${source.replace(/@.*$/, "").replace(/:[^:/]+$/, "")}@${found.digest}`;
}

async function becomeReady(
  session: GoogleSession,
  workload: Workload,
  container: Properties,
  { secrets }: Environment,
  call: Call,
): Promise<void> {
  const engine = await session.engine();
  const probe = probeOf(container);
  const why = await waitFor(engine, workload, probe, call);
  if (why === undefined) return;
  const words = await lastLines(engine, workload.id).catch(() => "");
  const said = secrets.reduce((text, each) => (each ? text.replaceAll(each, "***") : text), words);
  const port = portOf(container);
  const what = probe.path
    ? `The user-provided container failed the configured startup probe checks (${why})`
    : `The user-provided container failed to start and listen on the port defined provided by the PORT=${port} environment variable within the allocated timeout (${why})`;
  throw new RevisionFailure(9, said === "" ? what : `${what}; its last words: ${said}`);
}

/** The start-up probe; without one of its own, a container has 240 seconds to listen. */
function probeOf({ startupProbe }: Properties) {
  if (!isProperties(startupProbe)) return { seconds: 240 };
  const { httpGet, initialDelaySeconds, periodSeconds, failureThreshold } = startupProbe;
  const seconds =
    Number(initialDelaySeconds ?? 0) + Number(periodSeconds ?? 10) * Number(failureThreshold ?? 3);
  if (!isProperties(httpGet)) return { seconds };
  const accepts = (status: number): boolean => status >= 200 && status < 400;
  return { path: String(httpGet.path ?? "/"), accepts, seconds };
}

/** The port that the container is told to listen on. */
export function portOf({ ports }: Properties): number {
  return Number((isProperties(ports) && ports.containerPort) || 8_080);
}
