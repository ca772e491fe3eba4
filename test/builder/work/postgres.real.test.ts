import { afterAll, beforeAll, expect, test } from "vitest";
import type { RunningPostgres } from "../../../setup/start-postgres.ts";
import { until } from "../../rehearsal/until.ts";
import { startPrivatePostgres } from "../chaos/private-postgres.ts";
import { anOrder, openWorld } from "../store/world.ts";
import { digestOf, Held } from "./fake-steps.ts";
import { workSuite } from "./work-suite.ts";
import { startWorker } from "./work-world.ts";

let postgres: RunningPostgres;
beforeAll(async () => {
  postgres = await startPrivatePostgres();
});
afterAll(() => postgres.remove());

workSuite(async () => postgres.url);

test("a restart of Postgres costs no build, no attempt, and no hearing", async () => {
  const world = await openWorld(postgres.url);
  const worker = await startWorker(world);
  const [building, pushing] = [new Held(), new Held()];
  worker.steps.onBuild = async (task) => {
    if (task.order.imageName === "building") await building.step(task);
    return digestOf(task.build);
  };
  worker.steps.onPush = async (task, digest) => {
    if (task.order.imageName === "pushing") await pushing.step(task);
    return digest;
  };
  const create = async (imageName: string) =>
    (await world.store.create(await anOrder({ imageName }))).build.id;
  const ids = [await create("building"), await create("pushing")];
  await Promise.all([building.begun, pushing.begun]);

  const restarting = postgres.restart();
  await until("Postgres is away", () =>
    world.store.check().then(
      () => false,
      () => true,
    ),
  );
  building.goOn();
  pushing.goOn();
  await restarting;
  for (const id of ids) expect(await world.reach(id, "succeeded")).toMatchObject({ attempt: 1 });

  const heard: string[] = [];
  world.store.hear(({ build }) => heard.push(build));
  await until("changes are heard again", async () => {
    const id = await create("later");
    await world.reach(id, "succeeded");
    return heard.includes(id);
  });
  await worker.close();
  await world.empty();
  await world.close();
});

test("processes that start at once on an empty Postgres make its tables once", async () => {
  const [first] = await postgres.query<{ name: string }>(
    "SELECT 'd' || substr(md5(random()::text), 1, 8) AS name",
  );
  await postgres.query(`CREATE DATABASE ${first?.name}`);
  const url = new URL(postgres.url);
  url.pathname = `/${first?.name}`;
  const worlds = await Promise.all([1, 2, 3].map(() => openWorld(url.href)));
  for (const world of worlds) {
    const { build } = await world.store.create(await anOrder());
    expect((await worlds[0]?.store.find(build.id))?.state).toBe("queued");
  }
  await Promise.all(worlds.map((world) => world.close()));
});
