import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openQueue } from "../../../builder/queue/queue.ts";
import { openBuildStore } from "../../../builder/store/open-build-store.ts";
import { openDatabase } from "../../../builder/store/open-database.ts";
import { applySchema } from "../../../builder/store/schema.ts";
import { tidy } from "../../../builder/store/tidy.ts";
import { openUpkeep } from "../../../builder/store/upkeep.ts";
import { until } from "../../rehearsal/until.ts";
import { keepJournal } from "../kept-journal.ts";
import { startWorker } from "../work/work-world.ts";

vi.setConfig({ testTimeout: 120_000 });

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "slipway-builder-"));
});
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
  rmSync(folder, { recursive: true });
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** Starts a process that orders builds; what it tells is collected. */
async function startDoomed() {
  const child = fork(join(import.meta.dirname, "doomed-process.ts"), [folder]);
  children.push(child);
  const told: string[] = [];
  child.on("message", (id) => told.push(String(id)));
  await until("the process is there", () => told[0] === "open");
  return { child, told };
}

test("a second process on the folder is refused, and told of the first", async () => {
  const { child } = await startDoomed();
  await expect(openDatabase({ folder })).rejects.toThrow(
    `BUILDER_FOLDER: process ${child.pid} has the database in ${folder}; stop it, name another folder, or let both use a Postgres by DATABASE_URL`,
  );
  await kill(child);
  await (await openDatabase({ folder })).close();
});

test("a process that is killed loses no build that it said yes to, and the next one goes on at once", async () => {
  const first = await startDoomed();
  await until("builds are stored", () => first.told.length > 60);
  await kill(first.child);
  const second = await startDoomed();
  await until("more builds are stored", () => second.told.length > 30);
  await kill(second.child);
  const ids = [...first.told, ...second.told].filter((told) => told !== "open");

  const journal = keepJournal();
  const database = await openDatabase({ folder });
  const queue = await openQueue(database, journal);
  const settings = { uploadLimits: { waiting: 10_000 } };
  const store = await openBuildStore({ settings, database, queue, journal });
  const upkeep = openUpkeep(database, queue, journal);
  for (const id of ids) expect((await store.find(id))?.id).toBe(id);
  const since = performance.now();
  const worker = await startWorker({ database, queue, journal }, { folder });
  await until("all builds have succeeded", async () => {
    const { byState } = await store.counts();
    return byState.queued + byState.building + byState.pushing === 0;
  });
  const { byState } = await store.counts();
  expect(byState).toMatchObject({ failed: 0, cancelled: 0 });
  expect(byState.succeeded).toBeGreaterThanOrEqual(ids.length);
  const lost = await database.query<{ seconds: number }>(
    `SELECT extract(epoch FROM min(next.started_at - lost.finished_at))::float8 AS seconds
     FROM builder.attempts lost JOIN builder.attempts next ON next.build = lost.build AND next.number = lost.number + 1
     WHERE lost.state = 'lost'`,
  );
  expect(lost[0]?.seconds).toBeLessThan((performance.now() - since) / 1_000);
  await worker.close();
  await upkeep.close();
  await store.close();
  await queue.close();
  await database.close();
});

test("a script that fails leaves no transaction open", async () => {
  const database = await openDatabase({ folder });
  await expect(database.script("BEGIN; SELECT 1/0; COMMIT")).rejects.toThrow("division by zero");
  expect(await database.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  await expect(
    database.transaction(async ({ query }) => {
      await query("DELETE FROM builder.migrations");
      throw new Error("not after all");
    }),
  ).rejects.toThrow("not after all");
  expect(await database.query("SELECT version FROM builder.migrations")).toEqual([{ version: 1 }]);
  await tidy(database);
  await database.close();
});

test("tables are brought up to date in order, and those of a newer builder are refused", async () => {
  const database = await openDatabase({ folder });
  const all = [
    "is applied already",
    "CREATE TABLE builder.a (b int);",
    "ALTER TABLE builder.a ADD c int;\nCREATE TABLE builder.d (e int);\n",
  ];
  await applySchema(database, all);
  await applySchema(database, all);
  expect(await database.query("SELECT * FROM builder.a, builder.d")).toEqual([]);
  await expect(applySchema(database, all.slice(0, 2))).rejects.toThrow(
    "database: its tables have version 3, this builder knows 2; run the newer builder that made them",
  );
  await database.close();
});

test("bytes of every value come back as they were, also many of them", async () => {
  const database = await openDatabase({ folder });
  const bytes = Buffer.from(Uint8Array.from({ length: 4 * 2 ** 20 }, (_, at) => at % 256));
  const [row] = await database.query<{ bytes: Uint8Array; length: number }>(
    "SELECT given AS bytes, octet_length(given) AS length FROM (SELECT $1::bytea AS given) AS row",
    [bytes],
  );
  await database.close();
  expect([row?.length, bytes.equals(row?.bytes ?? Buffer.of())]).toEqual([bytes.length, true]);
});
