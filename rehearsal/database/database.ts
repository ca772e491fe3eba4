import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type Docker from "dockerode";
import { openEngine } from "../../setup/open-engine.ts";
import { UserError } from "../../setup/user-error.ts";
import type { Workplace } from "../workplace.ts";
import { psql } from "./psql.ts";

// The Postgres of a rehearsal: one container for each stack, on the engine's default network, where the stack's own containers
// reach it by its address. What it holds stays until the rehearsal is taken down.

/** How long a database may take to answer, in milliseconds. */
const PATIENCE = 60_000;

/**
 * Brings the databases of a workplace's services, one for each, and returns their URLs by the services' names. Those that are there
 * already keep what they hold.
 * @throws UserError when the database does not come up.
 */
export async function bringDatabases(
  place: Workplace,
  services: readonly string[],
  { host, image }: { readonly host: string; readonly image: string },
): Promise<Readonly<Record<string, string>>> {
  const name = containerName(place);
  writeFileSync(markOf(place), name);
  const container = await running(openEngine(host), name, image, place);
  await untilItAnswers(container, name);
  const { Config, NetworkSettings } = await container.inspect();
  const address = NetworkSettings.Networks.bridge?.IPAddress;
  if (!address) {
    throw new UserError(
      `database: the engine at ${host} gives containers no address on its network "bridge"; turn that network on again`,
    );
  }
  const password = Config.Env.find((each) => each.startsWith(PASSWORD))?.slice(PASSWORD.length);
  for (const service of services) await own(container, service, password ?? "");
  return Object.fromEntries(
    services.map((service) => [
      service,
      `postgresql://${service}:${password}@${address}:5432/${service}`,
    ]),
  );
}

/** Takes the databases of a workplace away, with all that they hold. */
export async function removeDatabases(place: Workplace, host: string): Promise<void> {
  if (!hasDatabases(place)) return;
  const container = openEngine(host).getContainer(readFileSync(markOf(place), "utf8"));
  await container.remove({ force: true, v: true }).catch((error: { statusCode?: number }) => {
    if (error.statusCode !== 404) throw error;
  });
  rmSync(markOf(place));
}

/** Whether a workplace was ever given databases, and they were not taken away since. */
export function hasDatabases(place: Workplace): boolean {
  return existsSync(markOf(place));
}

const PASSWORD = "POSTGRES_PASSWORD=";

function markOf({ folder }: Workplace): string {
  return join(folder, "database");
}

/** Stacks of one name may be rehearsed in several checkouts at once. */
function containerName({ folder, stack }: Workplace): string {
  return `slipway-database-${stack}-${createHash("sha256").update(folder).digest("hex").slice(0, 8)}`;
}

async function running(
  engine: Docker,
  name: string,
  image: string,
  { stack }: Workplace,
): Promise<Docker.Container> {
  const found = engine.getContainer(name);
  const state = await found.inspect().catch((error: { statusCode?: number }) => {
    if (error.statusCode === 404) return undefined;
    throw error;
  });
  if (state?.State.Running) return found;
  const container = state
    ? found
    : await engine.createContainer({
        name,
        Image: image,
        Env: [`${PASSWORD}${randomBytes(16).toString("hex")}`],
        Labels: { "slipway.database": stack },
        HostConfig: { SecurityOpt: ["no-new-privileges:true"] },
      });
  await container.start();
  return container;
}

async function untilItAnswers(container: Docker.Container, name: string): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    try {
      await psql(container, "select 1");
      return;
    } catch (error) {
      const { State } = await container.inspect();
      if (State.Running && performance.now() < deadline) {
        await pause(100);
        continue;
      }
      throw new UserError(
        `database: the container ${name} does not answer (${(error as Error).message}); see docker logs ${name}`,
        { cause: error },
      );
    }
  }
}

/** A database of a service's own, and a role that owns that one and nothing else. */
async function own(container: Docker.Container, service: string, password: string): Promise<void> {
  const there = `select 1 from pg_database where datname = '${service}'`;
  if ((await psql(container, there)) === "1") return;
  await psql(container, `drop role if exists "${service}"`);
  await psql(container, `create role "${service}" login password '${password}'`);
  await psql(container, `create database "${service}" owner "${service}"`);
}
