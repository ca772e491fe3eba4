import { randomBytes } from "node:crypto";
import { freePort } from "../../../rehearsal/free-port.ts";
import { postgresImage } from "../../../setup/postgres-image.ts";
import { findServerImage } from "../../../setup/server-image.ts";
import { type RunningPostgres, startPostgres } from "../../../setup/start-postgres.ts";
import { engineHost } from "../../rehearsal/engine.ts";

/** Starts a Postgres that a test may kill, because nobody else uses it. */
export async function startPrivatePostgres(): Promise<RunningPostgres> {
  const image = await findServerImage(engineHost, postgresImage);
  if (image === undefined) throw new Error("the engine holds no Postgres image; run npm test");
  const name = `slipway-test-postgres-${randomBytes(4).toString("hex")}`;
  return startPostgres({ host: engineHost, name, image, port: await freePort() });
}
