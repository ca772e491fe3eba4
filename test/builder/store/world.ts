import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import type { Build, Order } from "../../../builder/build.ts";
import type { Context } from "../../../builder/context/context.ts";
import { openQueue, type Queue } from "../../../builder/queue/queue.ts";
import type { BuildStore, NewBuild } from "../../../builder/store/build-store.ts";
import type { Database } from "../../../builder/store/database.ts";
import { openBuildStore } from "../../../builder/store/open-build-store.ts";
import { openDatabase } from "../../../builder/store/open-database.ts";
import { openUpkeep } from "../../../builder/store/upkeep.ts";
import { until } from "../../rehearsal/until.ts";
import { type KeptJournal, keepJournal } from "../kept-journal.ts";

/** How many builds of one client may wait in these tests. */
export const WAITING = 20;

/** A database with its queue, its builds and their upkeep. */
export interface World {
  readonly folder: string;
  readonly databaseUrl: string | undefined;
  readonly database: Database;
  readonly queue: Queue;
  readonly store: BuildStore;
  readonly journal: KeptJournal;
  /** Waits until a build is as asked. */
  reach(id: string, state: Build["state"]): Promise<Build>;
  /** Forgets all builds. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

/** Opens PGlite in a folder of its own, or the Postgres of a URL. */
export async function openWorld(databaseUrl?: string): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-builder-"));
  const journal = keepJournal();
  const database = await openDatabase({
    folder,
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  });
  const queue = await openQueue(database, journal);
  const settings = { uploadLimits: { waiting: WAITING } };
  const store = await openBuildStore({ settings, database, queue, journal });
  const upkeep = openUpkeep(database, queue, journal);
  return {
    folder,
    databaseUrl,
    database,
    queue,
    store,
    journal,
    reach: (id, state) =>
      until(`build ${id} is ${state}`, async () => {
        const build = await store.find(id);
        return build?.state === state && build;
      }),
    async empty() {
      await database.script(
        `TRUNCATE builder.builds, builder.idempotency_keys, builder.images CASCADE; DELETE FROM pgboss.job`,
      );
    },
    async close() {
      await upkeep.close();
      await store.close();
      await queue.close();
      await database.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** An order as it comes through the door, of a Dockerfile alone. */
export async function anOrder(changes: Partial<NewBuild & Order> = {}): Promise<NewBuild> {
  const { client = "ann", idempotency, callback, imageName = "web" } = changes;
  const order: Order = {
    imageName,
    imageTag: "1",
    dockerfile: "Dockerfile",
    args: { WHO: "world" },
    ...(callback === undefined ? {} : { callback }),
  };
  return {
    client,
    order,
    reference: `localhost:5055/${imageName}:1`,
    context: changes.context ?? (await aContext("FROM scratch\n")),
    ...(idempotency === undefined ? {} : { idempotency }),
  };
}

/** A context with a Dockerfile, in parts of ten bytes. */
export async function aContext(dockerfile: string): Promise<Context> {
  const tar = pack();
  tar.entry({ name: "Dockerfile" }, dockerfile);
  tar.finalize();
  const zipped = gzipSync(await buffer(tar));
  const parts = Array.from({ length: Math.ceil(zipped.length / 10) }, (_, part) =>
    zipped.subarray(part * 10, part * 10 + 10),
  );
  return { parts, bytes: dockerfile.length, files: 1 };
}
