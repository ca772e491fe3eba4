import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { openPostgres } from "../../../builder/store/postgres.ts";
import type { RunningPostgres } from "../../../setup/start-postgres.ts";
import { startPrivatePostgres } from "../chaos/private-postgres.ts";
import { storeSuite } from "./store-suite.ts";

let postgres: RunningPostgres;
beforeAll(async () => {
  postgres = await startPrivatePostgres();
});
afterAll(() => postgres.remove());

storeSuite(async () => postgres.url);

test("where the network swallows all that is sent, whoever waits is told in time", async () => {
  const network = await openNetwork(postgres.url);
  const database = await openPostgres(network.url, 1_000);
  // Two connections, so that neither is made once nothing gets through.
  await Promise.all([1, 2].map(() => database.query("SELECT pg_sleep(0.1)")));
  const asking = Promise.withResolvers<void>();
  const all = [
    database.transaction(async ({ query }) => {
      await query("SELECT 1");
      asking.resolve();
      await network.swallowed;
      await query("SELECT 2");
    }),
  ];
  await asking.promise;
  network.swallow();
  all.push(database.query("SELECT 3").then(() => {}));
  const ends = await Promise.allSettled(all);
  expect(ends.map((end) => end.status === "rejected" && end.reason.message)).toEqual([
    "Query read timeout",
    "Query read timeout",
  ]);
  await network.close();
  await database.close();
});

test("a Postgres that dies during a script fails the script, and nothing else", async () => {
  const database = await openPostgres(postgres.url);
  const script = expect(database.script("SELECT pg_sleep(100)")).rejects.toThrow();
  await postgres.restart();
  await script;
  expect(await database.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
  await database.close();
});

/** A way to Postgres that can begin to lose all that is sent on it. */
async function openNetwork(databaseUrl: string) {
  const swallowed = Promise.withResolvers<void>();
  const sockets: Socket[] = [];
  const url = new URL(databaseUrl);
  const server = createServer((near) => {
    const far = connect(Number(url.port), url.hostname);
    sockets.push(near, far);
    for (const socket of [near, far]) socket.on("error", () => {});
    near.pipe(far).pipe(near);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const through = new URL(databaseUrl);
  through.port = String((server.address() as AddressInfo).port);
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  onTestFinished(close);
  return {
    url: through.href,
    swallowed: swallowed.promise,
    swallow() {
      for (const socket of sockets) socket.unpipe().resume();
      swallowed.resolve();
    },
    close,
  };
}
