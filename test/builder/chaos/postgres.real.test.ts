import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../../../rehearsal/free-port.ts";
import { faultsOf } from "./faults.ts";
import { readLedger } from "./ledger.ts";
import { ordersOf } from "./orders.ts";
import { whyNoPrivateEngine } from "./private-engine.ts";
import { startPrivatePostgres } from "./private-postgres.ts";
import { runChaos } from "./run-chaos.ts";
import { spread } from "./schedule.ts";
import { chaosSettings } from "./settings.ts";
import { setStage } from "./stage.ts";

const { builds, chance, seconds, logs } = chaosSettings(200);

test("no build of 50 clients is lost or made twice while workers, the engine and Postgres are killed", {
  timeout: (seconds + 120) * 1_000,
}, async ({ skip }) => {
  const why = whyNoPrivateEngine();
  if (why !== undefined) {
    skip(`${why}: builds while everything is killed were not tried`);
    return;
  }
  const stage = await setStage(logs);
  const postgres = await startPrivatePostgres();
  onTestFinished(() => postgres.remove());
  const port = await freePort();
  const api = stage.start("api", "api", { DATABASE_URL: postgres.url, PORT: `${port}` });
  const workers = ["worker-one", "worker-two"].map((name) =>
    stage.start(name, "worker", { DATABASE_URL: postgres.url }),
  );
  const killed = Array.from({ length: 10 }, () => chance.pick(workers));
  const mishaps = [
    ...[...killed, api, api].map((one) => ({ name: `kill ${one.name}`, happen: one.kill })),
    { name: "restart the engine", happen: stage.engine.restart },
    { name: "restart Postgres", happen: postgres.restart },
  ];

  const sent = await runChaos({
    origin: `http://127.0.0.1:${port}`,
    orders: ordersOf(builds, chance),
    clients: 50,
    mishaps: spread(mishaps, chance),
    seconds,
  });

  const processes = [...workers, api];
  for (const one of processes) await one.stop();
  const ledger = await readLedger(postgres.query);
  expect(await faultsOf({ sent, ledger, registry: stage.registry })).toEqual([]);
  expect(processes.flatMap(({ crashes }) => crashes)).toEqual([]);
  expect(await stage.leftOvers()).toEqual([]);
});
