import { rm } from "node:fs/promises";
import type { AttemptParts } from "./attempt.ts";
import { type Claim, taskOf } from "./claim.ts";
import { unpackStored } from "./context-folder.ts";
import type { Lease } from "./lease.ts";
import type { LogWriter } from "./log-writer.ts";
import { type Log, MachineryLost } from "./steps.ts";
import { timedStep } from "./timed-step.ts";

/** Times that an image is built within an attempt, where it goes away between build and push. */
const MOST_BUILDS = 3;

/**
 * Builds the image of a claim from its stored context.
 * @returns the digest of the image, which is held from now on.
 */
export async function buildStep(
  parts: AttemptParts,
  claim: Claim,
  lease: Lease,
  { log }: LogWriter,
): Promise<string> {
  const { database, folder, worker } = parts;
  if (claim.heldElsewhere !== undefined) {
    log("step", `the image that worker ${claim.heldElsewhere} kept is gone; it is built again`);
  }
  try {
    await unpackStored(database, claim, folder);
    for (let count = 0; count < MOST_BUILDS; count++) {
      lease.signal.throwIfAborted();
      const digest = await buildAndHold(parts, claim, lease, log);
      if (digest !== undefined) return digest;
    }
    throw new MachineryLost(`worker ${worker} cannot keep the image`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Nothing where another build had the very same image, and let go of it before it could be held for this one. */
async function buildAndHold(
  parts: AttemptParts,
  claim: Claim,
  lease: Lease,
  log: Log,
): Promise<string | undefined> {
  const { builder, images, folder, slot } = parts;
  const digest = await timedStep(parts, lease, "build", () =>
    builder.build(taskOf(claim, slot), folder, log, lease.signal),
  );
  await images.hold(digest);
  if (await builder.holds(digest)) return digest;
  images.release(digest);
  return undefined;
}
