import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { databaseContainer } from "../../rehearsal/database/database.ts";
import type { Delivery } from "../../rehearsal/deliver.ts";
import type { Workplace } from "../../rehearsal/workplace.ts";
import { type CloudCheckout, prepareCloudCheckout } from "../rehearsal/cloud-checkout.ts";
import { docker } from "../rehearsal/engine.ts";
import { served } from "../rehearsal/served.ts";
import { enter, shows } from "./visitor.ts";

// The examples by the stack files that the tree ships: with SQLite in a volume on the engine, with Postgres on the clouds.

const stacks = ["examples", "examples-cloud-run", "examples-elastic-beanstalk"];

/** The apps by their services' names: a source file, and the field of the form for a new entry. */
const apps = {
  todo: { file: "examples/todo/todo_app/app.py", field: "text" },
  django: { file: "examples/django/django_project/books/views.py", field: "title" },
};

let at: CloudCheckout;

beforeAll(async () => {
  // The first images of the examples take their time.
  at = await prepareCloudCheckout(400);
  at.configure((config) => {
    for (const { registry } of Object.values(config["slipway:services"])) {
      registry.port = at.registry.port;
    }
  }, "examples");
  at.commit("A registry of its own");
});
afterAll(async () => {
  await at?.takeDown(...stacks);
  await at?.clear();
});

/** Where a release is reached on this machine. */
function urlsOf({ services }: Delivery): [name: keyof typeof apps, url: string][] {
  return Object.entries(services).map(([name, { url, here }]) => [
    name as keyof typeof apps,
    here ?? url,
  ]);
}

/** The names of the volumes and of the database in which a rehearsal keeps its data. */
function storesOf(stack: string): string[] {
  const folder = join(at.folder, ".slipway", "rehearse", stack);
  const { config } = parse(readFileSync(join(folder, `Pulumi.${stack}.yaml`), "utf8")) as {
    config: { "slipway:services": Record<string, { data?: { volume: string } }> };
  };
  const services = Object.values(config["slipway:services"]);
  const database = databaseContainer({ folder } as Workplace);
  return [...services.flatMap(({ data }) => data?.volume ?? []), ...(database ? [database] : [])];
}

/** Those of these names that the engine has a volume or a container for. */
async function existing(names: readonly string[]): Promise<string[]> {
  const [{ Volumes }, containers] = await Promise.all([
    docker.listVolumes(),
    docker.listContainers({ all: true }),
  ]);
  const all = [
    ...Volumes.map(({ Name }) => Name),
    ...containers.flatMap(({ Names }) => Names.map((name) => name.slice(1))),
  ];
  return names.filter((name) => all.includes(name));
}

describe.each(stacks)("the stack %s", { timeout: 900_000 }, (stack) => {
  test("serves its commit, keeps what was entered over a release, and leaves nothing behind", async () => {
    const first = await at.rehearsed(stack);
    const head = at.head();
    for (const [name, url] of urlsOf(first)) {
      expect(first.services[name]).toMatchObject({ commit: head, servedCommit: head });
      const health = { status: "ok", commit: head, branch: "main" };
      expect(await served(`${url}/healthcheck`)).toStrictEqual(health);
      await enter(url, apps[name].field, `Kept by ${name}`);
    }
    const stores = storesOf(stack);
    expect(stores).toHaveLength(stack === "examples" ? 2 : 1);
    expect(await existing(stores)).toEqual(stores);

    for (const { file } of Object.values(apps)) at.edit(file, (text) => `${text}\n# changed\n`);
    const next = at.commit(`Change both for ${stack}`);
    const second = await at.rehearsed(stack);
    for (const [name, url] of urlsOf(second)) {
      expect(second.services[name]).toMatchObject({ servedCommit: next, previous: head });
      expect({ name, isKept: await shows(url, `Kept by ${name}`) }).toEqual({ name, isKept: true });
    }

    expect((await at.rehearse(["--stack", stack, "--destroy"])).code).toBe(0);
    expect(await at.containers()).toStrictEqual([]);
    expect(await existing(stores)).toEqual([]);
  });
});
