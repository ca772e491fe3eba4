import type { Log } from "../work/steps.ts";
import type { KnownBlobs } from "./known-blobs.ts";
import type { LocalBlob, LocalImage } from "./oci-image.ts";
import { isPassing, type Persist } from "./persist.ts";
import { Refusal } from "./refusal.ts";
import type { Repository, Upload } from "./repository.ts";
import { UploadProgress } from "./upload-progress.ts";

/** How many blobs are sent side by side, and how many are asked for. */
const senders = 3;
const askers = 6;

/** A blob that the repository lacks, with the upload that a mount which came to nothing has begun. */
interface Missing {
  readonly blob: LocalBlob;
  readonly begun?: Upload;
}

/**
 * Sees to it that a repository holds all blobs of an image.
 * @returns whether any was taken to be there without asking.
 */
export async function sendBlobs(
  { blobs }: LocalImage,
  repository: Repository,
  known: KnownBlobs,
  log: Log,
  persist: Persist,
): Promise<boolean> {
  const { path } = repository;
  const unsure = blobs.filter(({ digest }) => !known.holds(path, digest));
  const missing: Missing[] = [];
  await sideBySide(unsure, askers, async (blob) => {
    const lacking = await persist(() => find(blob, repository, known));
    if (lacking) missing.push(lacking);
    else known.add(path, blob.digest);
  });
  const progress = new UploadProgress(
    missing.map(({ blob }) => blob),
    blobs.length,
    log,
  );
  await sideBySide(missing, senders, async ({ blob, begun }) => {
    await send(blob, begun, repository, progress, persist);
    known.add(path, blob.digest);
    progress.done();
  });
  return unsure.length < blobs.length;
}

/** Undefined where the repository holds the blob, or has just taken it over from another one. */
async function find(
  blob: LocalBlob,
  repository: Repository,
  known: KnownBlobs,
): Promise<Missing | undefined> {
  const sibling = known.sibling(repository.path, blob.digest);
  if (sibling === undefined) return (await repository.holds(blob.digest)) ? undefined : { blob };
  const begun = await repository.mount(blob.digest, sibling);
  return begun === "mounted" ? undefined : { blob, begun };
}

async function send(
  blob: LocalBlob,
  begun: Upload | undefined,
  repository: Repository,
  progress: UploadProgress,
  persist: Persist,
): Promise<void> {
  let tries = 0;
  const isWorthIt = (error: unknown): boolean =>
    // A login may have expired just before, and what was streamed is not sent again by itself.
    isPassing(error) || (tries === 1 && error instanceof Refusal && error.status === 401);
  await persist(async () => {
    tries += 1;
    // An upload that broke off may have arrived all the same.
    if (tries > 1 && (await repository.holds(blob.digest))) return;
    const to = tries === 1 && begun ? begun : await repository.begin();
    progress.begin(blob);
    await repository.upload(to, blob, (bytes) => progress.sent(blob, bytes));
  }, isWorthIt);
}

/** Works on all items, so many at a time; ends with the first that fails, once none is worked on any more. */
async function sideBySide<T>(
  items: readonly T[],
  most: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  let fault: { readonly error: unknown } | undefined;
  const worker = async () => {
    for (const item of left) {
      if (fault) return;
      await work(item).catch((error) => {
        fault ??= { error };
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, worker));
  if (fault) throw fault.error;
}
