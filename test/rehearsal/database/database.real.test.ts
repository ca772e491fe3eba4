import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  bringDatabases,
  hasDatabases,
  removeDatabases,
} from "../../../rehearsal/database/database.ts";
import type { Workplace } from "../../../rehearsal/workplace.ts";
import { ready } from "../../../setup/ready.ts";
import { silentStory } from "../../../setup/story.ts";
import { docker, engineHost } from "../engine.ts";

let place: Workplace;
let image: string;

beforeAll(async () => {
  image = (await ready(["postgres-image"], silentStory))["postgres-image"];
  const folder = mkdtempSync(join(tmpdir(), "slipway-database-"));
  place = { stack: "shop", folder } as Workplace;
});
afterAll(async () => {
  await removeDatabases(place, engineHost);
  rmSync(place.folder, { recursive: true });
});

const bring = (...services: string[]) =>
  bringDatabases(place, services, { host: engineHost, image });

/** Asks a database as an app would: from another container, by its URL. */
async function ask(url: string, sql: string): Promise<string> {
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: ["psql", "--no-psqlrc", "--pset=pager=off", "--tuples-only", "--no-align", url],
    Cmd: ["--command", sql],
    Tty: true,
  });
  try {
    await container.start();
    await container.wait();
    return (await container.logs({ stdout: true, stderr: true })).toString().trim();
  } finally {
    await container.remove({ force: true, v: true });
  }
}

test("each service has a database of its own, which keeps what it holds until it is removed", async () => {
  const first = await bring("web", "my-api");
  const { web = "", "my-api": api = "" } = first;
  expect(web).toMatch(/^postgresql:\/\/web:[0-9a-f]{32}@[\d.]+:5432\/web$/);
  expect(api).toBe(web.replaceAll(/web(?=[:]|$)/g, "my-api"));
  expect(await ask(web, "create table items (name text)")).toBe("CREATE TABLE");
  expect(await ask(web, "insert into items values ('kept')")).toBe("INSERT 0 1");
  expect(await ask(api, "select * from items")).toContain('relation "items" does not exist');
  expect(await ask(api, 'drop database "web"')).toContain("must be owner of database web");

  expect(await bring("web", "my-api")).toEqual(first);
  expect(await ask(web, "select * from items")).toBe("kept");
  expect(hasDatabases(place)).toBe(true);

  await removeDatabases(place, engineHost);
  expect(hasDatabases(place)).toBe(false);
  await removeDatabases(place, engineHost);
  const left = await docker.listContainers({ all: true, filters: { label: ["slipway.database"] } });
  expect(left.filter(({ Names }) => Names[0]?.startsWith("/slipway-database-shop-"))).toEqual([]);
});

test("a database that does not come up is told with its container", async () => {
  const image = "python:3.12-slim";
  await expect(bringDatabases(place, ["web"], { host: engineHost, image })).rejects.toThrow(
    /^database: the container slipway-database-shop-[0-9a-f]{8} does not answer \(.+\); see docker logs slipway-database-shop-/s,
  );
});
