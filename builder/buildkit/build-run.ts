import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { abortOf } from "../abort-of.ts";
import type { Log, Task } from "../work/steps.ts";
import type { End } from "./builder-container.ts";
import type { Client, ClientEnd } from "./client.ts";
import { clientArguments } from "./client-arguments.ts";
import { endedBuilder, excerptOf, explain, failureOf } from "./failure.ts";
import type { HeldImage } from "./held-images.ts";
import type { ImageBuilderSettings } from "./image-builder.ts";
import { isAllowed } from "./image-names.ts";
import type { ImageStore } from "./image-store.ts";
import { exceeded, LimitWatch } from "./limits.ts";
import { Progress } from "./progress.ts";
import type { Ready, Site } from "./site.ts";
import { watchUsage } from "./usage.ts";

/** What one build is made of. */
export interface BuildRun {
  readonly task: Task;
  /** The folder with its context. */
  readonly context: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly settings: ImageBuilderSettings;
  readonly site: Site;
  readonly store: ImageStore;
  /** A folder for what is needed besides. */
  readonly work: string;
  readonly client: Client;
}

/** Milliseconds that a build runs before it is worth watching. */
const UNWATCHED = 1_000;

/**
 * Runs one build to its end, within its limits.
 * @returns the image's digest.
 * @throws as `ImageBuilder.build` does.
 */
export async function runBuild(run: BuildRun): Promise<string> {
  const { task, site } = run;
  const { buildLimits, baseImages } = run.settings;
  const ready = await Promise.race([site.ready(task.slot), abortOf(run.signal)]);
  const stop = new AbortController();
  const end = (reason: unknown): void => stop.abort(reason);
  const watch = new LimitWatch(buildLimits, ready.builder?.disk, run.log, end);
  const unhear = [
    onAbort(run.signal, end),
    onAbort(ready.builder?.ended, (why: End) => end(endedBuilder(why, buildLimits))),
    after(buildLimits.seconds * 1_000, () => end(exceeded.seconds(buildLimits))),
    after(UNWATCHED, () => watchUse(ready, watch, stop.signal)),
  ];
  const ended = await ask(run, ready, watch, stop.signal)
    .catch((error) => {
      stop.abort();
      throw error;
    })
    .finally(() => {
      for (const each of unhear) each();
    });
  if (ready.builder) ready.builder.disk = watch.disk;
  if (!stop.signal.aborted && ended.code === 0) {
    stop.abort();
    return take(run);
  }
  const { error, isOver } = stop.signal.aborted
    ? { error: stop.signal.reason, isOver: false }
    : await explain(failureOf(ended, baseImages), ready.builder, watch, buildLimits);
  stop.abort();
  if (!isOver) await site.stop(task.slot, watch.hasFilledDisk);
  throw error;
}

/** Runs the client; each line of its progress becomes lines of the log. */
async function ask(
  run: BuildRun,
  ready: Ready,
  watch: LimitWatch,
  signal: AbortSignal,
): Promise<ClientEnd> {
  const progress = new Progress(watch.log, (characters) => watch.wrote(characters));
  const args = clientArguments(run.task, {
    address: ready.address,
    context: run.context,
    layout: run.store.folder,
    policyFile: join(run.work, "policy.json"),
    metadataFile: metadataFile(run),
    bases: (await run.site.bases()).filter((base) => isBaseOf(run, base)),
  });
  const ended = await run.client(args, (line) => progress.read(line), signal);
  progress.end();
  for (const line of excerptOf(ended)) watch.log("step", line);
  return ended;
}

/** A base goes by the same list as what is pulled, and by the platform that is built for. */
function isBaseOf({ task, settings }: BuildRun, { name, platform }: HeldImage): boolean {
  const wanted = task.order.platform ?? platform;
  return wanted === platform && isAllowed(name, settings.baseImages);
}

/** Keeps the image that was built, unless it is too large. */
async function take(run: BuildRun): Promise<string> {
  const metadata = JSON.parse(await readFile(metadataFile(run), "utf8"));
  const digest: string = metadata["containerimage.digest"];
  const { buildLimits } = run.settings;
  const bytes = await run.store.bytes(digest);
  if (bytes > buildLimits.imageBytes) throw exceeded.image(buildLimits, bytes);
  await run.store.keep(digest, run.task.build);
  return digest;
}

function metadataFile({ work, task }: BuildRun): string {
  return join(work, `image-${task.slot}.json`);
}

function watchUse({ builder }: Ready, watch: LimitWatch, signal: AbortSignal): void {
  if (builder === undefined) return;
  // A container that cannot be asked any more has ended, which is heard of by itself.
  watchUsage(builder.container, (usage) => watch.see(usage), signal).catch(() => {});
}

/** Hears of the abort until the function that is returned is called. */
function onAbort(signal: AbortSignal | undefined, hear: (reason: End) => void): () => void {
  const abort = (): void => hear(signal?.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort);
  return () => signal?.removeEventListener("abort", abort);
}

function after(milliseconds: number, act: () => void): () => void {
  const timer = setTimeout(act, milliseconds);
  return () => clearTimeout(timer);
}
