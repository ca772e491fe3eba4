import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { expect, test } from "vitest";
import { freePort } from "../../../rehearsal/free-port.ts";
import { faultsOf } from "./faults.ts";
import { type Ledger, readLedger } from "./ledger.ts";
import { ordersOf } from "./orders.ts";
import { whyNoPrivateEngine } from "./private-engine.ts";
import { runChaos } from "./run-chaos.ts";
import { spread } from "./schedule.ts";
import { chaosSettings } from "./settings.ts";
import { setStage } from "./stage.ts";

const { builds, chance, seconds, logs } = chaosSettings(100);

test("no build of 50 clients is lost or made twice while the one process with its PGlite is killed ten times", {
  timeout: (seconds + 120) * 1_000,
}, async ({ skip }) => {
  const why = whyNoPrivateEngine();
  if (why !== undefined) {
    skip(`${why}: builds while the process is killed were not tried`);
    return;
  }
  const stage = await setStage(logs);
  const port = await freePort();
  const service = stage.start("service", "all", { PORT: `${port}` });
  const kill = { name: "kill the service", happen: service.kill };

  const sent = await runChaos({
    origin: `http://127.0.0.1:${port}`,
    orders: ordersOf(builds, chance),
    clients: 50,
    mishaps: spread(Array(10).fill(kill), chance),
    seconds,
  });

  await service.stop();
  const ledger = await ledgerIn(join(stage.folder, "service", "database"));
  expect(await faultsOf({ sent, ledger, registry: stage.registry })).toEqual([]);
  expect(service.crashes).toEqual([]);
  expect(await stage.leftOvers()).toEqual([]);
});

async function ledgerIn(folder: string): Promise<Ledger> {
  const pglite = await PGlite.create(folder);
  try {
    return await readLedger(async <Row extends object>(text: string) => {
      const { rows } = await pglite.query<Row>(text);
      return rows;
    });
  } finally {
    await pglite.close();
  }
}
