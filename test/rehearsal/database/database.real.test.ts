import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  bringDatabases,
  databaseContainer,
  hasDatabases,
  removeDatabases,
} from "../../../rehearsal/database/database.ts";
import type { Workplace } from "../../../rehearsal/workplace.ts";
import { ready } from "../../../setup/ready.ts";
import { silentStory } from "../../../setup/story.ts";
import { docker, engineHost, runToEnd } from "../engine.ts";

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
  const { output } = await runToEnd({
    Image: image,
    Entrypoint: ["psql", "--no-psqlrc", "--pset=pager=off", "--tuples-only", "--no-align", url],
    Cmd: ["--command", sql],
  });
  return output.trim();
}

test("each name has a database of its own, which keeps what it holds until it is removed", async () => {
  const first = await bring("web", "public");
  const { web = "", public: other = "" } = first;
  const form = (name: string) =>
    new RegExp(`^postgresql://app-${name}:[0-9a-f]{32}@[\\d.]+:5432/app-${name}$`);
  expect([web, other]).toEqual([
    expect.stringMatching(form("web")),
    expect.stringMatching(form("public")),
  ]);
  expect(await ask(web, "create table items (name text)")).toBe("CREATE TABLE");
  expect(await ask(web, "insert into items values ('kept')")).toBe("INSERT 0 1");
  expect(await ask(other, "select * from items")).toContain('relation "items" does not exist');
  expect(await ask(other, 'drop database "app-web"')).toContain("must be owner of database");
  const asAnother = other.replace("//app-public:", "//app-web:");
  expect(await ask(asAnother, "select 1")).toContain("password authentication failed");

  const container = databaseContainer(place) ?? "";
  expect(await bring("web", "public", "late")).toEqual({
    ...first,
    late: expect.stringMatching(form("late")),
  });
  expect(databaseContainer(place)).toBe(container);
  expect(await ask(web, "select * from items")).toBe("kept");

  await removeDatabases(place, engineHost);
  expect(hasDatabases(place)).toBe(false);
  await expect(docker.getContainer(container).inspect()).rejects.toMatchObject({ statusCode: 404 });
  await removeDatabases(place, engineHost);
});

test("a database that does not come up is told with its container, in one line", async () => {
  const image = "python:3.12-slim";
  await expect(bringDatabases(place, ["web"], { host: engineHost, image })).rejects.toThrow(
    /^database: the container slipway-database-shop-[0-9a-f]{8} does not answer \(.+\); see docker logs slipway-database-shop-[0-9a-f]{8}$/,
  );
});
