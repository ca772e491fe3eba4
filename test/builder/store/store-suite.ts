import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { KeyTaken, QueueFull } from "../../../builder/store/build-store.ts";
import { retryBuild } from "../../../builder/store/handle-builds.ts";
import { reconcile } from "../../../builder/store/reconcile.ts";
import { dropOld } from "../../../builder/store/retention.ts";
import { until } from "../../rehearsal/until.ts";
import { anOrder, openWorld, WAITING, type World } from "./world.ts";

/** What holds for the builds on any database. */
export function storeSuite(databaseUrl: () => Promise<string | undefined>): void {
  vi.setConfig({ testTimeout: 120_000 });
  let world: World;
  beforeAll(async () => {
    world = await openWorld(await databaseUrl());
  }, 120_000);
  afterEach(() => world.empty());
  afterAll(() => world.close());

  const create = async (...order: Parameters<typeof anOrder>) =>
    (await world.store.create(await anOrder(...order))).build;

  test("a build is stored as it was ordered, and waits", async () => {
    const ordered = await anOrder();
    const { build, isNew } = await world.store.create(ordered);
    expect(isNew).toBe(true);
    expect(build).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      number: expect.any(Number),
      client: "ann",
      order: ordered.order,
      reference: "localhost:5055/web:1",
      state: "queued",
      step: "build",
      attempt: 0,
      isCancelling: false,
      createdAt: expect.any(Date),
    });
    expect(await world.store.find(build.id)).toEqual(build);
    expect(await world.store.find(build.id.toUpperCase())).toEqual(build);
    expect(await world.store.attempts(build.id)).toEqual([]);
    expect(await world.store.log(build.id, 0, 10)).toEqual([]);
  });

  test("what is no id, or nobody's, finds nothing", async () => {
    for (const id of [randomUUID(), "1", "' OR true --"]) {
      expect(await world.store.find(id)).toBe(undefined);
    }
    expect(await world.store.cancel(randomUUID())).toBe(undefined);
    expect(await world.store.retry(randomUUID())).toBe(undefined);
  });

  test("orders that come at once are all stored, each with its own context", async () => {
    const orders = await Promise.all(
      Array.from({ length: 15 }, (_, index) => anOrder({ imageName: `web${index}` })),
    );
    const created = await Promise.all(orders.map((order) => world.store.create(order)));
    const listed = await world.store.list({ limit: 100 });
    expect(listed.map(({ id }) => id).sort()).toEqual(created.map(({ build }) => build.id).sort());
    for (const [index, { build }] of created.entries()) {
      expect(build.order.imageName).toBe(`web${index}`);
      expect(await storedContext(build.id)).toEqual(
        Buffer.concat(orders[index]?.context.parts ?? []),
      );
    }
  });

  test("an order that the database refuses fails alone", async () => {
    const good = await anOrder();
    const bad = { ...good, order: { ...good.order, args: { WHO: "\0" } } };
    const results = await Promise.allSettled(
      [good, bad, good].map((each) => world.store.create(each)),
    );
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  });

  test("lists give the newest first, by client and state, from any number on", async () => {
    const first = await create({ client: "ann" });
    const second = await create({ client: "bob" });
    const third = await create({ client: "ann" });
    await world.store.cancel(third.id);
    const ids = async (...listed: Parameters<typeof world.store.list>) =>
      (await world.store.list(...listed)).map(({ id }) => id);
    expect(await ids({ limit: 10 })).toEqual([third.id, second.id, first.id]);
    expect(await ids({ limit: 2 })).toEqual([third.id, second.id]);
    expect(await ids({ limit: 10, client: "ann" })).toEqual([third.id, first.id]);
    expect(await ids({ limit: 10, client: "ann", state: "queued" })).toEqual([first.id]);
    expect(await ids({ limit: 10, before: third.number })).toEqual([second.id, first.id]);
  });

  test("a key makes one build, however often and from wherever it comes", async () => {
    const order = await anOrder({ idempotency: { key: "k", fingerprint: "f" } });
    const all = await Promise.all([1, 2, 3].map(() => world.store.create(order)));
    expect(new Set(all.map(({ build }) => build.id)).size).toBe(1);
    expect(all.filter(({ isNew }) => isNew).length).toBe(1);
    const again = await world.store.create(order);
    expect([again.build.id, again.isNew]).toEqual([all[0]?.build.id, false]);
    const other = await anOrder({ client: "bob", idempotency: { key: "k", fingerprint: "f" } });
    expect((await world.store.create(other)).isNew).toBe(true);
    const changed = await anOrder({ idempotency: { key: "k", fingerprint: "g" } });
    await expect(world.store.create(changed)).rejects.toThrow(KeyTaken);
  });

  test("a key is free again after a day", async () => {
    const order = await anOrder({ idempotency: { key: "k", fingerprint: "f" } });
    const { build } = await world.store.create(order);
    await world.database.query(
      "UPDATE builder.idempotency_keys SET created_at = now() - interval '25 hours'",
    );
    const later = await world.store.create(order);
    expect(later.isNew).toBe(true);
    expect(later.build.id).not.toBe(build.id);
    expect((await world.store.create(order)).build.id).toBe(later.build.id);
  });

  test("a client may have so many builds waiting, whatever others have, and still repeat a request", async () => {
    const keyed = await anOrder({ idempotency: { key: "k", fingerprint: "f" } });
    const { build } = await world.store.create(keyed);
    const order = await anOrder();
    const results = await Promise.allSettled(
      Array.from({ length: WAITING + 4 }, () => world.store.create(order)),
    );
    const refused = results.flatMap((result) =>
      result.status === "rejected" ? [result.reason] : [],
    );
    expect(refused.length).toBe(5);
    for (const reason of refused) expect(reason).toBeInstanceOf(QueueFull);
    expect((await world.store.create(keyed)).build.id).toBe(build.id);
    expect((await world.store.create(await anOrder({ client: "bob" }))).isNew).toBe(true);
    await world.store.cancel(build.id);
    expect((await world.store.create(order)).isNew).toBe(true);
  });

  test("a waiting build is cancelled at once, and queued again by a retry", async () => {
    const { id } = await create();
    expect(await world.store.cancel(id)).toMatchObject({
      state: "cancelled",
      isCancelling: false,
      finishedAt: expect.any(Date),
    });
    expect((await world.store.cancel(id))?.state).toBe("cancelled");
    expect(await world.queue.fetch("builds")).toBe(undefined);
    const retried = await world.store.retry(id);
    expect(retried?.isQueued).toBe(true);
    expect(retried?.build.state).toBe("queued");
    expect(retried?.build.finishedAt).toBe(undefined);
    expect((await world.store.retry(id))?.isQueued).toBe(false);
    expect((await world.queue.fetch("builds"))?.data).toEqual({ build: id });
  });

  test("a retry counts against what its client may have waiting, whatever others have", async () => {
    const { id } = await create();
    await world.store.cancel(id);
    await create({ client: "bob" });
    const waiting = await create();
    const retry = () => retryBuild(world.database, world.queue, id, 1);
    await expect(retry()).rejects.toThrow(QueueFull);
    expect((await world.store.find(id))?.state).toBe("cancelled");
    await world.store.cancel(waiting.id);
    expect((await retry())?.isQueued).toBe(true);
    expect((await retry())?.isQueued).toBe(false);
  });

  test("what is old is dropped, however much it is", async () => {
    const { id } = await create();
    const old = async (count: number, age: string) =>
      world.database.query(
        `WITH made AS (
           INSERT INTO builder.builds (id, client, "order", reference, context_parts, queue, job, state, finished_at)
           SELECT gen_random_uuid(), 'ann', '{}', '', 1, 'builds', gen_random_uuid(), 'failed', now() - $2::interval
           FROM generate_series(1, $1::int) RETURNING id)
         INSERT INTO builder.context_parts (build, part, content) SELECT id, 0, '' FROM made`,
        [count, age],
      );
    await old(1_001, "31 days");
    await old(1_002, "8 days");
    const { byState } = await world.store.counts();
    expect([byState.failed, byState.queued]).toEqual([2_003, 1]);
    await dropOld(world.database);
    expect((await world.store.counts()).byState).toMatchObject({ failed: 1_002, queued: 1 });
    expect(await world.database.query("SELECT DISTINCT build FROM builder.context_parts")).toEqual([
      { build: id },
    ]);
  });

  test("changes are heard", async () => {
    const heard: unknown[] = [];
    const end = world.store.hear((change) => heard.push(change));
    const { id: build } = await create();
    await world.store.cancel(build);
    const change = { build, client: "ann", what: "state" };
    await until("both changes", () => heard.length === 2);
    expect(heard).toEqual([change, change]);
    end();
  });

  test("builds are counted by state, with the age of the oldest that waits", async () => {
    const { id } = await create();
    await create();
    await world.store.cancel(id);
    await world.database.query(
      "UPDATE builder.builds SET queued_at = now() - interval '90 seconds'",
    );
    const { byState, oldestQueued } = await world.store.counts();
    expect(byState).toEqual({
      ...{ queued: 1, building: 0, pushing: 0 },
      ...{ succeeded: 0, failed: 0, cancelled: 1 },
    });
    expect(Math.round(oldestQueued / 10)).toBe(9);
    await world.store.check();
  });

  test("a waiting build whose job is gone gets another one", async () => {
    const { id } = await create();
    await world.database.script("DELETE FROM pgboss.job");
    await reconcile(world.database, world.queue);
    expect(await world.queue.fetch("builds")).toBe(undefined);
    await world.database.query(
      "UPDATE builder.builds SET queued_at = now() - interval '6 seconds'",
    );
    await until("the job is found", async () => {
      await reconcile(world.database, world.queue);
      return (await world.queue.fetch<{ build: string }>("builds"))?.data.build === id;
    });
  });

  async function storedContext(build: string): Promise<Buffer> {
    const rows = await world.database.query<{ content: Uint8Array }>(
      "SELECT content FROM builder.context_parts WHERE build = $1 ORDER BY part",
      [build],
    );
    return Buffer.concat(rows.map(({ content }) => content));
  }
}
