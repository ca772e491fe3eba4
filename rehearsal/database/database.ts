import { randomBytes } from "node:crypto";
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

/** What a workplace remembers of its databases; nobody else may read it. */
interface Kept {
  readonly container: string;
  /** Of each database's own role, by the database's name. */
  readonly passwords: { readonly [database: string]: string };
}

/**
 * Brings the databases of a workplace and returns their URLs by the names they are asked for. Those that are there already keep
 * what they hold; each has a role that owns no other.
 * @throws UserError when the database does not come up.
 */
export async function bringDatabases(
  place: Workplace,
  names: readonly string[],
  { host, image }: { readonly host: string; readonly image: string },
): Promise<Readonly<{ [name: string]: string }>> {
  const before = recordOf(place);
  const record: Kept = {
    container: before?.container ?? `slipway-database-${place.stack}-${secretText(4)}`,
    passwords: {
      ...Object.fromEntries(names.map((name) => [name, secretText(16)])),
      ...before?.passwords,
    },
  };
  writeFileSync(fileOf(place), JSON.stringify(record), { mode: 0o600 });
  const container = await running(openEngine(host), record.container, image, place);
  await untilItAnswers(container, record.container);
  const { NetworkSettings } = await container.inspect();
  const address = NetworkSettings.Networks.bridge?.IPAddress;
  if (!address) {
    throw new UserError(
      `database: the engine at ${host} gives containers no address on its network "bridge"; turn that network on again`,
    );
  }
  const urls = names.map(async (name) => {
    const password = record.passwords[name] ?? "";
    // Postgres keeps some names for itself, such as public.
    const own = `app-${name}`;
    await make(container, own, password);
    return [name, `postgresql://${own}:${password}@${address}:5432/${own}`] as const;
  });
  return Object.fromEntries(await Promise.all(urls));
}

/** Takes the databases of a workplace away, with all that they hold. */
export async function removeDatabases(place: Workplace, host: string): Promise<void> {
  const record = recordOf(place);
  if (record === undefined) return;
  const container = openEngine(host).getContainer(record.container);
  await container.remove({ force: true, v: true }).catch((error: { statusCode?: number }) => {
    if (error.statusCode !== 404) throw error;
  });
  rmSync(fileOf(place));
}

/** Whether a workplace was ever given databases, and they were not taken away since. */
export function hasDatabases(place: Workplace): boolean {
  return recordOf(place) !== undefined;
}

/** The name of the container with a workplace's databases; undefined where it has none. */
export function databaseContainer(place: Workplace): string | undefined {
  return recordOf(place)?.container;
}

function fileOf({ folder }: Workplace): string {
  return join(folder, "database.json");
}

function recordOf(place: Workplace): Kept | undefined {
  const file = fileOf(place);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Kept) : undefined;
}

function secretText(bytes: number): string {
  return randomBytes(bytes).toString("hex");
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
        Env: [`POSTGRES_PASSWORD=${secretText(16)}`],
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
      const reason = (error as Error).message.split("\n")[0];
      throw new UserError(
        `database: the container ${name} does not answer (${reason}); see docker logs ${name}`,
        { cause: error },
      );
    }
  }
}

/** A database, and a role of the same name that owns it and nothing else. */
async function make(container: Docker.Container, name: string, password: string): Promise<void> {
  if ((await psql(container, `select 1 from pg_roles where rolname = '${name}'`)) === "") {
    await psql(container, `create role "${name}" login password '${password}'`);
  }
  if ((await psql(container, `select 1 from pg_database where datname = '${name}'`)) === "") {
    await psql(container, `create database "${name}" owner "${name}"`);
  }
}
