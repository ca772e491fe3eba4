import type { Step } from "../build.ts";
import type { Journal } from "../journal.ts";
import type { Queue } from "../queue/queue.ts";
import { tell } from "../store/changes.ts";
import type { Database, Queries } from "../store/database.ts";
import { buildStep } from "./build-step.ts";
import { type Claim, taskOf } from "./claim.ts";
import { FencedOut, insist, recordEnd, recordLoss } from "./end-attempt.ts";
import type { Images } from "./images.ts";
import type { Lease } from "./lease.ts";
import type { LogWriter } from "./log-writer.ts";
import type { ImageBuilder, ImagePush } from "./steps.ts";
import { timedStep } from "./timed-step.ts";

/** What an attempt is carried out with. */
export interface AttemptParts {
  readonly database: Database;
  readonly queue: Queue;
  readonly journal: Journal;
  readonly builder: ImageBuilder;
  readonly push: ImagePush;
  readonly images: Images;
  readonly worker: string;
  readonly slot: number;
  /** Where the context is unpacked; nobody else uses it. */
  readonly folder: string;
  redact(text: string): string;
  stepEnded?(step: Step, outcome: string, seconds: number): void;
  /** Told when the builders failed, not the build. */
  onMachineryLost(): void;
}

/**
 * Carries out an attempt: builds the image if need be, pushes it once, and records what became of it. Ends without a word where the
 * lease is lost; then somebody else has the build.
 */
export async function runAttempt(
  parts: AttemptParts,
  claim: Claim,
  lease: Lease,
  writer: LogWriter,
): Promise<void> {
  const { images, slot } = parts;
  let digest = claim.heldDigest;
  try {
    if (digest === undefined) {
      digest = await buildStep(parts, claim, lease, writer);
      await recordBuilt(parts, claim, lease, writer, digest);
    } else {
      await images.hold(digest);
      writer.log("step", "the image is built and kept here; it is pushed again");
    }
    const image = digest;
    const pushed = await timedStep(parts, lease, "push", () =>
      parts.push.push(
        { ...taskOf(claim, slot), confirm: lease.confirm },
        image,
        writer.log,
        lease.signal,
      ),
    );
    await writer.flush(lease.signal);
    await recordEnd(parts, claim, lease, { state: "succeeded", step: "push", digest: pushed });
  } catch (error) {
    await writer.flush(lease.signal);
    await recordLoss(parts, claim, lease, error);
  } finally {
    if (digest !== undefined) images.release(digest);
  }
}

/** Says, before the push begins, that this attempt pushes; from then on its image is kept until the end. */
async function recordBuilt(
  parts: AttemptParts,
  claim: Claim,
  lease: Lease,
  writer: LogWriter,
  digest: string,
): Promise<void> {
  const { database, images } = parts;
  try {
    await writer.flush(lease.signal);
    lease.signal.throwIfAborted();
    await insist(parts, lease, () =>
      database.transaction((queries) => writeBuilt(parts, queries, claim, digest)),
    );
  } catch (error) {
    await images.abandon(claim.build, digest);
    throw error;
  }
  lease.signal.throwIfAborted();
}

async function writeBuilt(
  { worker, images }: AttemptParts,
  queries: Queries,
  { build, client, attempt }: Claim,
  digest: string,
): Promise<void> {
  const mine = await queries.query(
    `WITH mine AS (
       UPDATE builder.builds SET state = 'pushing', step = 'push', held_by = $3, held_digest = $4
       WHERE id = $1 AND attempt = $2 AND state IN ('building', 'pushing') RETURNING id
     )
     UPDATE builder.attempts SET state = 'pushing', digest = $4
     WHERE build IN (SELECT id FROM mine) AND number = $2 RETURNING build`,
    [build, attempt, worker, digest],
  );
  if (mine.length === 0) throw new FencedOut("another attempt has begun");
  await images.record(queries, build, digest);
  await tell(queries, [{ build, client, what: "state" }]);
}
