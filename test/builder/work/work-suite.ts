import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { reconcile } from "../../../builder/store/reconcile.ts";
import { MachineryLost, StepFailed } from "../../../builder/work/steps.ts";
import { until } from "../../rehearsal/until.ts";
import { anOrder, openWorld, type World } from "../store/world.ts";
import { digestOf, FakeSteps, Held, untilAborted } from "./fake-steps.ts";
import { type StartedWorker, startWorker } from "./work-world.ts";

/** What holds for workers on any database. */
export function workSuite(databaseUrl: () => Promise<string | undefined>): void {
  vi.setConfig({ testTimeout: 120_000 });
  let world: World;
  const workers = new Set<StartedWorker>();
  beforeAll(async () => {
    world = await openWorld(await databaseUrl());
  }, 120_000);
  afterEach(async () => {
    for (const worker of workers) await stop(worker, 0);
    await world.empty();
  });
  afterAll(() => world.close());

  async function start(options?: Parameters<typeof startWorker>[1]) {
    const worker = await startWorker(world, options);
    workers.add(worker);
    return worker;
  }
  async function stop(worker: StartedWorker, graceSeconds?: number) {
    workers.delete(worker);
    await worker.close(graceSeconds);
  }
  const create = async (...order: Parameters<typeof anOrder>) =>
    (await world.store.create(await anOrder(...order))).build.id;
  const attempts = async (id: string) =>
    (await world.store.attempts(id)).map(({ state, firstStep, error }) =>
      [firstStep, state, error].filter((each) => each !== undefined).join(" "),
    );
  const logged = async (id: string) => (await world.store.log(id, 0, 100)).map(({ text }) => text);
  const rows = async (table: string) =>
    (await world.database.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`))[0]?.n;
  /** Ends the lease of a build's first attempt, whose worker goes on renewing it, until somebody else has found that. */
  const takeOver = (id: string) =>
    until("it is taken over", async () => {
      await world.database.query(
        "UPDATE builder.builds SET lease_until = now() - interval '1 second' WHERE id = $1 AND attempt = 1",
        [id],
      );
      await reconcile(world.database, world.queue);
      return (await world.store.attempts(id))[0]?.state === "lost";
    });
  const openJobs = async () => rows("pgboss.job WHERE state < 'completed'");

  test("a build is built and pushed, and leaves nothing behind but what is told of it", async () => {
    const ended: string[] = [];
    const worker = await start({ stepEnded: (step, outcome) => ended.push(`${step} ${outcome}`) });
    const id = await create();
    const digest = digestOf(id);
    expect(await world.reach(id, "succeeded")).toMatchObject({
      ...{
        step: "push",
        attempt: 1,
        digest,
        startedAt: expect.any(Date),
        finishedAt: expect.any(Date),
      },
    });
    expect(await world.store.attempts(id)).toEqual([
      {
        ...{ number: 1, worker: worker.name, state: "succeeded", firstStep: "build", digest },
        ...{ startedAt: expect.any(Date), finishedAt: expect.any(Date) },
      },
    ]);
    const lines = await world.store.log(id, 0, 100);
    expect(lines).toEqual(
      ["#1 building", "FROM scratch", "", "pushing"].map((text, index) => ({
        ...{ seq: index + 1, attempt: 1, at: expect.any(Date), text },
        stream: index % 3 === 0 ? "step" : "out",
      })),
    );
    expect(await world.store.log(id, 1, 2)).toEqual(lines.slice(1, 3));
    expect(ended).toEqual(["build succeeded", "push succeeded"]);
    await until("the image is let go of", () => worker.steps.forgotten.includes(digest));
    await until("it is in no table", async () => (await rows("builder.images")) === 0);
    expect(await rows("builder.context_parts")).toBe(0);
    expect(await openJobs()).toBe(0);
    expect(readdirSync(join(worker.folder, "contexts", worker.name))).toEqual([]);
    expect(await world.store.workers()).toBe(1);
  });

  test("a build that is at fault fails with its reason, and is built anew by a retry", async () => {
    const { steps } = await start();
    const { onBuild } = steps;
    steps.onBuild = async () => {
      throw new StepFailed("RUN make: exit code 2 (hunter-two-hunter)");
    };
    const id = await create();
    const error = "RUN make: exit code 2 ([redacted])";
    expect(await world.reach(id, "failed")).toMatchObject({ step: "build", attempt: 1, error });
    steps.onBuild = onBuild;
    expect((await world.store.retry(id))?.build).toMatchObject({ state: "queued", attempt: 1 });
    expect((await world.reach(id, "succeeded")).error).toBe(undefined);
    expect(await attempts(id)).toEqual([`build failed ${error}`, "build succeeded"]);
    expect(steps.asked).toEqual(["build web 1", "build web 2", "push web 2"]);
  });

  test("a build whose reason the database cannot hold as it is fails with it all the same", async () => {
    const { steps } = await start();
    steps.onBuild = async () => {
      throw new StepFailed("RUN make: \0 and \ud800\nmore");
    };
    const { error } = await world.reach(await create(), "failed");
    expect(error).toBe("RUN make: \ufffd and \ufffd");
  });

  test("a build of which the database refuses what became of it fails, and its slot goes on", async () => {
    const { steps } = await start({ slots: 1 });
    const { onPush } = steps;
    steps.onPush = async () => "sha256:\0";
    const { error, attempt } = await world.reach(await create(), "failed");
    expect([error, attempt]).toEqual([
      "worker: the database refuses what became of this build; whoever runs the builder finds why in its log",
      1,
    ]);
    steps.onPush = onPush;
    await world.reach(await create(), "succeeded");
  });

  test("the image of a push that was cancelled before its retry goes in time", async () => {
    const { steps } = await start({ slots: 1 });
    const held = new Held();
    steps.onPush = async ({ order, ...task }, digest) => {
      if (order.imageName === "web") throw new StepFailed("push: refused");
      await held.step({ order, ...task });
      return digest;
    };
    const id = await create();
    await world.reach(id, "failed");
    await create({ imageName: "busy" });
    await held.begun;
    await world.store.retry(id);
    expect((await world.store.cancel(id))?.state).toBe("cancelled");
    await world.database.query(
      "UPDATE builder.images SET since = now() - interval '4 days' WHERE build = $1",
      [id],
    );
    await until("it is let go of", () => steps.forgotten.includes(digestOf(id)));
    expect((await world.store.retry(id))?.build.step).toBe("build");
    held.goOn();
  });

  test("a push that failed is tried again without building, where the image is", async () => {
    const first = await start();
    first.steps.onPush = async () => {
      throw new StepFailed("push: registry: 503");
    };
    const id = await create();
    expect(await world.reach(id, "failed")).toMatchObject({ step: "push", attempt: 1 });
    await start();
    first.steps.onPush = async (_task, digest) => digest;
    expect((await world.store.retry(id))?.build).toMatchObject({ state: "queued", step: "push" });
    expect(await world.reach(id, "succeeded")).toMatchObject({ attempt: 2, digest: digestOf(id) });
    expect(await attempts(id)).toEqual(["build failed push: registry: 503", "push succeeded"]);
    expect(first.steps.asked).toEqual(["build web 1", "push web 1", "push web 2"]);
  });

  test("a push that failed is built again where its image is gone, and the log says so", async () => {
    const { steps, name } = await start();
    const { onPush } = steps;
    steps.onPush = async () => {
      throw new StepFailed("push: refused");
    };
    const id = await create();
    await world.reach(id, "failed");
    steps.marks.clear();
    steps.onPush = onPush;
    await world.store.retry(id);
    await world.reach(id, "succeeded");
    expect(steps.asked).toEqual(["build web 1", "push web 1", "build web 2", "push web 2"]);
    expect(await logged(id)).toContain(
      `the image that worker ${name} kept is gone; it is built again`,
    );
  });

  test("a push that failed is built by another worker where its keeper has gone", async () => {
    const keeper = await start();
    keeper.steps.onPush = async () => {
      throw new StepFailed("push: refused");
    };
    const [id, waiting] = [await create(), await create({ imageName: "waiting" })];
    await world.reach(id, "failed");
    await world.reach(waiting, "failed");
    await stop(keeper);
    await world.store.retry(id);
    const { steps } = await start();
    await world.reach(id, "succeeded");
    expect(steps.asked).toEqual(["build web 2", "push web 2"]);
    expect(await openJobs()).toBe(0);
  });

  test("a push that waits for its keeper is given to others when that one goes", async () => {
    const keeper = await start({ slots: 1 });
    keeper.steps.onPush = async () => {
      throw new StepFailed("push: refused");
    };
    const id = await create();
    await world.reach(id, "failed");
    const held = new Held();
    keeper.steps.onPush = async (task, digest) => {
      await held.step(task);
      return digest;
    };
    await create({ imageName: "busy" });
    await held.begun;
    await world.store.retry(id);
    await world.database.query(
      "UPDATE builder.builds SET queued_at = now() - interval '9 seconds'",
    );
    await world.database.query("DELETE FROM builder.workers");
    const other = await start();
    await reconcile(world.database, world.queue);
    await world.reach(id, "succeeded");
    expect(other.steps.asked).toEqual(["build web 2", "push web 2"]);
    held.goOn();
  });

  test("an image that another build lets go of at the wrong moment is built again", async () => {
    const { steps } = await start({ slots: 1 });
    const { onBuild } = steps;
    const holds = steps.holds.bind(steps);
    steps.holds = async (digest) => {
      steps.holds = holds;
      steps.marks.delete(digest);
      return false;
    };
    steps.onBuild = async (...step) => {
      steps.onBuild = onBuild;
      return onBuild(...step);
    };
    const id = await create();
    expect(await world.reach(id, "succeeded")).toMatchObject({ attempt: 1 });
    expect(steps.asked).toEqual(["build web 1", "build web 1", "push web 1"]);
  });

  test("one image of two builds stays until both have been pushed", async () => {
    const { steps } = await start();
    const held = new Held();
    const digest = digestOf("the same");
    steps.onBuild = async () => digest;
    steps.onPush = async (task, image) => {
      if (task.order.imageName === "slow") await held.step(task);
      return image;
    };
    const slow = await create({ imageName: "slow" });
    await held.begun;
    await world.reach(await create(), "succeeded");
    // A look that lets go of a later image has passed the one of both.
    steps.onBuild = async () => digestOf("another");
    await world.reach(await create(), "succeeded");
    await until("the later one is let go of", () => steps.forgotten.length > 0);
    expect([...steps.marks]).toEqual([digest]);
    held.goOn();
    await world.reach(slow, "succeeded");
    await until("both are gone", () => steps.marks.size === 0);
  });

  test("what a killed worker kept without a word is let go of when it is started again", async () => {
    const steps = new FakeSteps();
    steps.marks.add(digestOf("left"));
    await start({ steps });
    expect(steps.forgotten).toEqual([digestOf("left")]);
  });

  test("of one image, only the builds are kept that a table knows", async () => {
    const [known, unknown, digest] = [randomUUID(), randomUUID(), digestOf("both")];
    await world.database.query(
      "INSERT INTO builder.images (worker, build, digest) VALUES ('host-1', $1, $2)",
      [known, digest],
    );
    const steps = new FakeSteps();
    const gone: string[] = [];
    steps.kept = async () => [known, unknown].map((build) => ({ digest, build }));
    steps.forget = async (_digest, build) => void gone.push(build);
    await start({ steps });
    expect(gone).toEqual([unknown]);
  });

  test.each(["build", "push"] as const)("a cancel ends a running %s", async (step) => {
    const { steps } = await start();
    const begun = Promise.withResolvers<void>();
    const hang = async (signal: AbortSignal) => {
      begun.resolve();
      return untilAborted(signal);
    };
    if (step === "build") steps.onBuild = async (_task, _context, _log, signal) => hang(signal);
    else steps.onPush = async (_task, _digest, _log, signal) => hang(signal);
    const id = await create();
    await begun.promise;
    const state = step === "build" ? "building" : "pushing";
    expect(await world.store.cancel(id)).toMatchObject({ state, isCancelling: true });
    expect(await world.reach(id, "cancelled")).toMatchObject({ isCancelling: false, attempt: 1 });
    expect(await attempts(id)).toEqual(["build cancelled"]);
    expect(await openJobs()).toBe(0);
    await until("nothing is kept", async () => (await rows("builder.images")) === 0);
    expect([...steps.marks]).toEqual([]);
  });

  test("a cancel that comes when all is done changes nothing", async () => {
    const { steps } = await start();
    const held = new Held();
    steps.onPush = async (task, digest) => {
      await held.step(task);
      return digest;
    };
    const id = await create();
    await held.begun;
    await world.store.cancel(id);
    held.goOn();
    expect(await world.reach(id, "succeeded")).toMatchObject({ isCancelling: false });
    expect((await world.store.cancel(id))?.state).toBe("succeeded");
  });

  test("where the builders are at fault the attempt is lost, and the build tried again", async () => {
    const { steps } = await start();
    const { onBuild } = steps;
    steps.onBuild = async () => {
      steps.onBuild = onBuild;
      throw new MachineryLost("the engine restarted");
    };
    const id = await create();
    await world.reach(id, "succeeded");
    expect(await attempts(id)).toEqual([
      "build lost worker host-1: the engine restarted",
      "build succeeded",
    ]);
  });

  test("no build is fetched while the builders are not there", async () => {
    const steps = new FakeSteps();
    steps.fault = new Error("no engine");
    await start({ steps });
    const id = await create();
    await until("it is said", () =>
      world.journal.said.some(({ text }) => text.startsWith("no build can run here")),
    );
    expect((await world.store.find(id))?.state).toBe("queued");
    steps.fault = undefined;
    await world.reach(id, "succeeded");
    expect(await attempts(id)).toEqual(["build succeeded"]);
  });

  test("a build that is lost ten times in a row fails, and says so", async () => {
    const { steps } = await start();
    steps.onBuild = async () => {
      throw new MachineryLost("the builder died");
    };
    const id = await create();
    await until("the first attempt is lost", async () => (await attempts(id)).length === 1);
    await world.database.query("UPDATE builder.builds SET lost = 9");
    await world.database.script(
      "UPDATE pgboss.job SET start_after = now() WHERE state = 'created'",
    );
    expect((await world.reach(id, "failed")).error).toBe(
      "worker: 10 attempts in a row were lost, the last one since worker host-1: the builder died; retry it once the workers are well",
    );
  });

  test("what a frozen worker had is taken over, and the frozen one writes nothing any more", async () => {
    const frozen = await start({ slots: 1 });
    const held = new Held();
    frozen.steps.onBuild = async (task, _context, log) => {
      await held.step(task);
      log("step", "from the dead");
      return digestOf("zombie");
    };
    const id = await create();
    await held.begun;
    const { steps } = await start();
    await takeOver(id);
    await world.reach(id, "succeeded");
    held.goOn();
    await until("the zombie's image is let go of", () => frozen.steps.forgotten.length > 0);
    expect(frozen.steps.asked).toEqual(["build web 1"]);
    expect(steps.asked).toEqual(["build web 2", "push web 2"]);
    expect((await world.store.find(id))?.digest).toBe(digestOf(id));
    expect(await attempts(id)).toEqual([
      `build lost worker ${frozen.name} gave no sign of life`,
      "build succeeded",
    ]);
    expect(await logged(id)).not.toContain("from the dead");
  });

  test("what a frozen worker was pushing is aborted there once it has been taken over", async () => {
    const frozen = await start({ slots: 1 });
    const begun = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<string>();
    frozen.steps.onPush = async (_task, _digest, _log, signal) => {
      begun.resolve();
      return untilAborted(signal).catch((error) => {
        ended.resolve(error.name);
        throw error;
      });
    };
    const id = await create();
    await begun.promise;
    await start();
    await takeOver(id);
    expect(await ended.promise).toBe("LeaseLost");
    await world.reach(id, "succeeded");
    expect(await attempts(id)).toEqual([
      `build lost worker ${frozen.name} gave no sign of life`,
      "build succeeded",
    ]);
  });

  test("nothing that cannot be taken back is done for a build that has been taken over", async () => {
    const frozen = await start({ slots: 1 });
    const held = new Held();
    const confirmed = Promise.withResolvers<string>();
    frozen.steps.onPush = async (task, digest) => {
      await held.step(task);
      await task.confirm?.().catch((error) => {
        confirmed.resolve(error.name);
        throw error;
      });
      confirmed.resolve("confirmed");
      return digest;
    };
    const id = await create();
    await held.begun;
    await start();
    await takeOver(id);
    await world.reach(id, "succeeded");
    held.goOn();
    expect(await confirmed.promise).toBe("LeaseLost");
  });

  test("a worker that ends hands its build back, and that is not held against the build", async () => {
    // Another slot might be fetching just then, and would hand it back once more.
    const first = await start({ slots: 1 });
    const begun = Promise.withResolvers<void>();
    first.steps.onBuild = async (_task, _context, _log, signal) => {
      begun.resolve();
      return untilAborted(signal);
    };
    const id = await create();
    await begun.promise;
    await stop(first, 0);
    expect(await world.store.find(id)).toMatchObject({ state: "queued", attempt: 1 });
    await start();
    await world.reach(id, "succeeded");
    expect(await attempts(id)).toEqual([
      `build lost worker ${first.name} ended`,
      "build succeeded",
    ]);
  });

  test("a worker that ends waits for its build", async () => {
    const worker = await start();
    const held = new Held();
    worker.steps.onPush = async (task, digest) => {
      await held.step(task);
      return digest;
    };
    const id = await create();
    await held.begun;
    const stopping = stop(worker, 30);
    held.goOn();
    await stopping;
    expect((await world.store.find(id))?.state).toBe("succeeded");
  });

  test("a client's builds run side by side up to its limit, another client's beside them", async () => {
    const { steps } = await start({ slots: 4, running: 2 });
    const running = new Set<string>();
    const seen: number[] = [];
    const held = new Held();
    steps.onBuild = async (task) => {
      running.add(task.build);
      seen.push(running.size);
      if (task.client === "bob") held.goOn();
      await held.step(task);
      running.delete(task.build);
      return digestOf(task.build);
    };
    const ids = [];
    for (let count = 0; count < 5; count++) ids.push(await create({ client: "ann" }));
    await until("two of them run", () => seen.length === 2);
    ids.push(await create({ client: "bob" }));
    for (const id of ids) await world.reach(id, "succeeded");
    expect(seen.slice(0, 3)).toEqual([1, 2, 3]);
    expect(Math.max(...seen)).toBe(3);
  });

  test("a build whose context is no longer kept says so", async () => {
    const id = await create();
    await world.database.query("DELETE FROM builder.context_parts");
    await start();
    expect((await world.reach(id, "failed")).error).toBe(
      "context: it is no longer kept after so many days; upload it again",
    );
  });

  test("secrets are taken out of the log before it is stored", async () => {
    const { steps } = await start();
    steps.onBuild = async ({ build }, _context, log) => {
      log("out", "curl -u acme:hunter-two-hunter");
      log("err", "NUL \0 and half a pair \ud800");
      return digestOf(build);
    };
    const id = await create();
    await world.reach(id, "succeeded");
    expect((await logged(id)).slice(0, 2)).toEqual([
      "curl -u acme:[redacted]",
      "NUL \ufffd and half a pair \ufffd",
    ]);
  });
}
