import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Step } from "../build.ts";
import type { Journal } from "../journal.ts";
import { BUILDS, pushesOf, type Queue } from "../queue/queue.ts";
import type { Settings } from "../settings.ts";
import { openChanges } from "../store/changes.ts";
import type { Database } from "../store/database.ts";
import { endLeases } from "../store/reconcile.ts";
import { openImages } from "./images.ts";
import { openCallbacks } from "./open-callbacks.ts";
import { openReadiness } from "./readiness.ts";
import { redactor } from "./redact.ts";
import { openSlot, type Pushes } from "./slot.ts";
import type { ImageBuilder, ImagePush } from "./steps.ts";
import { Wake } from "./wake.ts";
import type { WorkerName } from "./worker-name.ts";

/** What a worker is made of; all of it is the caller's to close, after the worker. */
export interface WorkerParts {
  readonly settings: Pick<
    Settings,
    "slots" | "folder" | "uploadLimits" | "registry" | "databaseUrl" | "callbackSecret"
  >;
  readonly database: Database;
  readonly queue: Queue;
  readonly builder: ImageBuilder;
  readonly push: ImagePush;
  readonly name: WorkerName;
  readonly journal: Journal;
  /** Which address a callback goes to. Default: those of the open internet alone. */
  readonly addressOf?: (url: URL) => Promise<string>;
  /** Told of every step that ended; `outcome` is `succeeded`, `failed`, `cancelled` or `lost`. */
  readonly stepEnded?: (step: Step, outcome: string, seconds: number) => void;
}

export interface Worker {
  /**
   * Takes no further build, waits for those that run, and hands back those that take longer: they are queued again.
   * @param graceSeconds Default: 20.
   */
  close(graceSeconds?: number): Promise<void>;
}

/** Works on queued builds, as many at once as the settings say. */
export async function openWorker(parts: WorkerParts): Promise<Worker> {
  const { settings, database, queue, builder, name, journal } = parts;
  const worker = name.name;
  await queue.ensure(pushesOf(worker));
  const contexts = join(settings.folder, "contexts", worker);
  // What a worker of this name was unpacking when it was killed.
  await rm(contexts, { recursive: true, force: true });
  const wake = new Wake();
  const changes = await openChanges(database);
  const pushes: Pushes = { nextLook: 0 };
  changes.hear(({ queued }) => {
    if (queued === pushesOf(worker)) pushes.nextLook = 0;
    if (queued === pushesOf(worker) || queued === BUILDS) wake.wake();
  });
  if (name.isSuccessor) await endLeases(database, worker);
  const callbacks = await openCallbacks({ ...parts, secret: settings.callbackSecret });
  const images = await openImages(database, builder, worker, journal);
  const readiness = openReadiness(builder, journal);
  const slots = Array.from({ length: settings.slots }, (_, slot) =>
    openSlot({
      ...parts,
      worker,
      slot,
      changes,
      images,
      readiness,
      wake,
      pushes,
      folder: join(contexts, String(slot)),
      running: settings.uploadLimits.running,
      redact: redactor(settings),
      onMachineryLost: () => readiness.doubt(),
    }),
  );
  const endAll = () => {
    for (const slot of slots) slot.stop();
    for (const slot of slots) slot.abort();
  };
  name.lost.addEventListener("abort", endAll);
  const all = Promise.all(slots.map(({ done }) => done));
  return {
    async close(graceSeconds = 20) {
      for (const slot of slots) slot.stop();
      await Promise.race([all, pause(graceSeconds * 1_000, undefined, { ref: false })]);
      endAll();
      await all;
      await callbacks.close();
      await images.close();
      await changes.close();
      await rm(contexts, { recursive: true, force: true });
    },
  };
}
