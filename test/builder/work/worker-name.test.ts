import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { takeWorkerName } from "../../../builder/work/worker-name.ts";
import { until } from "../../rehearsal/until.ts";
import { openWorld, type World } from "../store/world.ts";

vi.setConfig({ testTimeout: 120_000 });

let world: World;
const folders = [1, 2].map(() => mkdtempSync(join(tmpdir(), "slipway-builder-")));
const [here = "", there = ""] = folders;
beforeAll(async () => {
  world = await openWorld();
}, 120_000);
afterAll(async () => {
  await world.close();
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const take = (folder: string, host = "Build_Host") =>
  takeWorkerName(world.database, { folder }, world.journal, host);

test("workers have the lowest free numbers of their machine, also where another has its name", async () => {
  const names = [await take(here), await take(here), await take(there), await take(there, "b")];
  expect(names.map(({ name }) => name)).toEqual([
    "build-host-1",
    "build-host-2",
    "build-host-3",
    "b-1",
  ]);
  expect(names[0]?.folder).toBe(names[1]?.folder);
  expect(names[0]?.folder).not.toBe(names[2]?.folder);
  await names[0]?.release();
  const again = await take(there);
  expect(again.name).toBe("build-host-1");
  expect(again.isSuccessor).toBe(false);
  for (const name of [...names.slice(1), again]) await name.release();
  expect(await world.database.query("SELECT name FROM builder.workers")).toEqual([]);
});

test("a worker that is started again in its folder has its name at once, and knows that the last one is dead", async () => {
  await world.database.query(
    `INSERT INTO builder.workers (name, instance, folder)
     VALUES ('build-host-7', gen_random_uuid(), $1), ('build-host-1', gen_random_uuid(), gen_random_uuid())`,
    [await identity(here)],
  );
  const name = await take(here);
  expect([name.name, name.isSuccessor]).toEqual(["build-host-7", true]);
  await name.release();
  const other = await take(there);
  expect(other.name).toBe("build-host-2");
  await other.release();
});

test("a name whose worker has been silent is free, and the silent one is told when it wakes up", async () => {
  const silent = await take(here, "c");
  await world.database.query(
    "UPDATE builder.workers SET heartbeat_at = now() - interval '21 seconds'",
  );
  const other = await take(there, "c");
  expect([other.name, other.isSuccessor]).toEqual(["c-1", false]);
  await until("it is told", () => silent.lost.aborted);
  expect(other.lost.aborted).toBe(false);
  await silent.release();
  expect(await world.store.workers()).toBe(1);
  await other.release();
});

test("a name is given back as far as the database is there, and its folder in any case", async () => {
  let isAway = false;
  const query: typeof world.database.query = async (...asked) => {
    if (isAway) throw new Error("away");
    return world.database.query(...asked);
  };
  const name = await takeWorkerName(
    { ...world.database, query },
    { folder: here },
    world.journal,
    "d",
  );
  isAway = true;
  await name.release();
  expect(world.journal.said.at(-1)?.text).toMatch(/^the worker's name is not given back; /);
  const again = await take(here, "d");
  expect([again.name, again.isSuccessor]).toEqual(["d-1", true]);
  await again.release();
});

async function identity(folder: string): Promise<string> {
  const name = await take(folder, "asked");
  await name.release();
  return name.folder;
}
