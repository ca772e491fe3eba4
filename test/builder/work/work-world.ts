import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openWorker, type WorkerParts } from "../../../builder/work/open-worker.ts";
import { takeWorkerName } from "../../../builder/work/worker-name.ts";
import type { World } from "../store/world.ts";
import { FakeSteps } from "./fake-steps.ts";

/** A secret of these tests. */
export const SECRET = "a-callback-secret-of-thirty-two-characters"; // pragma: allowlist secret

export interface StartedWorker {
  readonly name: string;
  readonly steps: FakeSteps;
  readonly folder: string;
  /** In order; its folder goes, too, but where it is kept for the next one. */
  close(graceSeconds?: number): Promise<void>;
}

/** Starts a worker with a folder of its own, and steps that are told what to do. */
export async function startWorker(
  world: Pick<World, "database" | "queue" | "journal">,
  options: Partial<Pick<WorkerParts, "addressOf" | "stepEnded">> & {
    readonly steps?: FakeSteps;
    readonly folder?: string;
    readonly running?: number;
    readonly slots?: number;
  } = {},
): Promise<StartedWorker> {
  const { steps = new FakeSteps(), running = 4, slots = 2, folder: given, ...others } = options;
  const folder = given ?? mkdtempSync(join(tmpdir(), "slipway-builder-"));
  const { database, queue, journal } = world;
  const name = await takeWorkerName(database, { folder }, journal, "host");
  const login = { username: "acme", password: "hunter-two-hunter" }; // pragma: allowlist secret
  const worker = await openWorker({
    settings: {
      folder,
      slots,
      uploadLimits: { running } as WorkerParts["settings"]["uploadLimits"],
      registry: { origin: "http://localhost:5055", prefix: "localhost:5055", login },
      callbackSecret: SECRET,
    },
    database,
    queue,
    journal,
    name,
    builder: steps,
    push: steps,
    ...others,
  });
  return {
    name: name.name,
    steps,
    folder,
    async close(graceSeconds) {
      await worker.close(graceSeconds);
      await name.release();
      if (given === undefined) rmSync(folder, { recursive: true });
    },
  };
}
