import { afterAll, beforeAll } from "vitest";
import type { RunningPostgres } from "../../../setup/start-postgres.ts";
import { startPrivatePostgres } from "../chaos/private-postgres.ts";
import { storeSuite } from "./store-suite.ts";

let postgres: RunningPostgres;
beforeAll(async () => {
  postgres = await startPrivatePostgres();
});
afterAll(() => postgres.remove());

storeSuite(async () => postgres.url);
