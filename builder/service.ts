import Fastify from "fastify";
import { UserError } from "../setup/user-error.ts";
import { type ImageBuilderTools, openImageBuilder } from "./buildkit/image-builder.ts";
import { findImage } from "./buildkit/image-store.ts";
import { buildApp } from "./http/app.ts";
import { logOptions } from "./http/logging.ts";
import { listen } from "./http/server.ts";
import type { Journal } from "./journal.ts";
import { type Metrics, openMetrics } from "./metrics.ts";
import { openQueue, type Queue } from "./queue/queue.ts";
import { openImagePush } from "./registry/image-push.ts";
import type { Settings } from "./settings.ts";
import type { Database } from "./store/database.ts";
import { isDatabaseAway } from "./store/failures.ts";
import { openBuildStore } from "./store/open-build-store.ts";
import { openDatabase } from "./store/open-database.ts";
import { openUpkeep } from "./store/upkeep.ts";
import { openWorker } from "./work/open-worker.ts";
import type { ImageBuilder } from "./work/steps.ts";
import { takeWorkerName } from "./work/worker-name.ts";

/** What builds need of this machine; a process that only answers requests needs none of it. */
export interface Machinery {
  /** The file of BuildKit's client. */
  readonly buildctl: string;
  /** The name of the limited builders' image in the engine; of no use with a `buildkitHost`. */
  readonly builderImage: string;
  /** Names of images that builds may start from although no registry has them. */
  readonly heldImages: readonly string[];
}

export interface Service {
  /** Where it answers, e.g. `http://127.0.0.1:8000`; undefined where it only builds. */
  readonly address: string | undefined;
  /** Aborted when another machine has taken this worker's name: it builds no more. */
  readonly lost: AbortSignal | undefined;
  /** Waits for builds that run, hands back those that take longer, then answers nobody any more. */
  close(): Promise<void>;
}

/** What has been opened, to be closed the other way round. */
type Closing = (() => Promise<unknown>)[];

/**
 * Opens the parts that the settings' role has, on one database.
 * @param machinery asked for once, where this process builds.
 * @param graceSeconds how long closing waits for builds that run. Default: the worker's own.
 * @throws UserError for what a person can mend; what was opened until then is closed.
 */
export async function openService(
  settings: Settings,
  machinery: () => Promise<Machinery>,
  graceSeconds?: number,
): Promise<Service> {
  const closing: Closing = [];
  const close = (): Promise<void> => closeAll(closing.splice(0).toReversed());
  try {
    const journal: Journal = Fastify({ logger: logOptions(settings.logLevel) }).log;
    const tools = settings.role === "api" ? undefined : await machinery();
    const database = await openDatabase(settings);
    closing.push(() => database.close());
    const queue = await openQueue(database, journal);
    closing.push(() => queue.close());
    const upkeep = openUpkeep(database, queue, journal);
    closing.push(() => upkeep.close());
    const parts = { settings, database, queue, journal, closing, graceSeconds };
    const building: Building = {};
    // Orders are taken while the builders still start.
    const { port } = settings;
    const answers = port === undefined ? undefined : await openAnswers(parts, port, building);
    const lost =
      tools && (await openBuilding({ ...parts, metrics: answers?.metrics }, tools, building));
    return { address: answers?.address, lost, close };
  } catch (error) {
    // What it meets on the way out is the same fault.
    await close().catch(() => {});
    throw isDatabaseAway(error) ? databaseAway(error) : error;
  }
}

function databaseAway(error: Error): UserError {
  return new UserError(
    `DATABASE_URL: the Postgres went away while this process began (${error.message}); start it again once it answers`,
    { cause: error },
  );
}

/** A database that is away must keep nothing else open. */
async function closeAll(closing: Closing): Promise<void> {
  const faults: unknown[] = [];
  for (const each of closing) await each().catch((fault) => faults.push(fault));
  if (faults.length > 0) throw faults[0];
}

interface Opened {
  readonly settings: Settings;
  readonly database: Database;
  readonly queue: Queue;
  readonly journal: Journal;
  readonly closing: Closing;
  readonly graceSeconds: number | undefined;
}

/** What builds in this process, once it has been opened. */
interface Building {
  builder?: ImageBuilder;
}

interface Answers {
  readonly address: string;
  readonly metrics: Metrics;
}

async function openAnswers(
  { closing, ...parts }: Opened,
  port: number,
  building: Building,
): Promise<Answers> {
  const { settings } = parts;
  const store = await openBuildStore(parts);
  closing.push(() => store.close());
  const checkBuilder = async (): Promise<void> => {
    if (building.builder === undefined) throw new Error("the builders are still starting");
    await building.builder.check();
  };
  const metrics = openMetrics(store);
  const app = await buildApp({
    settings,
    store,
    metrics,
    ...(settings.role !== "api" && { checkBuilder }),
  });
  closing.push(() => app.close());
  return { address: await listen(app, { ...settings, port }), metrics };
}

async function openBuilding(
  { closing, graceSeconds, metrics, ...parts }: Opened & { readonly metrics: Metrics | undefined },
  tools: Machinery,
  building: Building,
): Promise<AbortSignal> {
  const { settings, database, journal } = parts;
  const name = await takeWorkerName(database, settings, journal);
  closing.push(() => name.release());
  const builder = await openBuilder(settings, { ...tools, worker: name.name });
  building.builder = builder;
  closing.push(() => builder.close());
  const push = openImagePush(settings.registry, (digest) => findImage(settings.folder, digest));
  const worker = await openWorker({
    ...parts,
    builder,
    push,
    name,
    ...(metrics && { stepEnded: metrics.stepEnded }),
  });
  closing.push(() => worker.close(graceSeconds));
  return name.lost;
}

async function openBuilder(settings: Settings, tools: ImageBuilderTools): Promise<ImageBuilder> {
  try {
    return await openImageBuilder(settings, tools);
  } catch (error) {
    if (settings.buildkitHost !== undefined) throw error;
    throw new UserError(
      `engine: ${settings.engine} gives no builders (${(error as Error).message}); see whether it runs, or set DOCKER_HOST to another`,
      { cause: error },
    );
  }
}
