import { randomBytes } from "node:crypto";
import { expect, onTestFinished, test } from "vitest";
import { freePort } from "../../rehearsal/free-port.ts";
import { postgresImage } from "../../setup/postgres-image.ts";
import { findServerImage } from "../../setup/server-image.ts";
import { startPostgres } from "../../setup/start-postgres.ts";
import { docker, engineHost } from "../rehearsal/engine.ts";

test("a Postgres keeps its port and what it has committed when it is killed, and leaves nothing when it is removed", async () => {
  const image = await findServerImage(engineHost, postgresImage);
  if (image === undefined) throw new Error("the engine holds no Postgres image; run npm test");
  const name = `slipway-test-postgres-${randomBytes(4).toString("hex")}`;
  const port = await freePort();
  const postgres = await startPostgres({ host: engineHost, name, image, port });
  onTestFinished(() => postgres.remove().catch(() => {}));
  expect(new URL(postgres.url).host).toBe(`127.0.0.1:${port}`);

  await postgres.query("create table kept (word text)");
  await postgres.query("insert into kept values ('yes')");
  await postgres.restart();
  expect(await postgres.query("select word from kept")).toEqual([{ word: "yes" }]);

  await postgres.remove();
  expect(await docker.listContainers({ all: true, filters: { name: [name] } })).toEqual([]);
});
