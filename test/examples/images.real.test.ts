import { appendFile, cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  bringDatabases,
  databaseContainer,
  removeDatabases,
} from "../../rehearsal/database/database.ts";
import { psql } from "../../rehearsal/database/psql.ts";
import type { Workplace } from "../../rehearsal/workplace.ts";
import { ready } from "../../setup/ready.ts";
import { silentStory } from "../../setup/story.ts";
import { Bench, docker, layers } from "../app/app-image.ts";
import { engineHost } from "../rehearsal/engine.ts";

// Every stage of every app's one Dockerfile, built with BuildKit, and the examples' own tests in their test images.

const checkout = join(import.meta.dirname, "..", "..");

/** A source file of each app, and by stage how many layers of an image hold what a changed line of it touches. */
const apps = [
  {
    context: "app",
    source: "src/main.py",
    touched: { base: 0, development: 1, test: 3, debug: 3, production: 1 },
  },
  {
    context: "examples/todo",
    source: "todo_app/app.py",
    touched: { base: 0, development: 1, test: 2, debug: 1, production: 1 },
  },
  {
    context: "examples/django",
    source: "django_project/books/views.py",
    touched: { base: 0, development: 1, test: 3, debug: 1, production: 2 },
  },
];

const stages = ["base", "development", "test", "debug", "production"] as const;

const bench = new Bench();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "slipway-images-"));
});
afterAll(async () => {
  await bench.clear();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

describe.each(apps)("$context", { timeout: 600_000 }, ({ context, source, touched }) => {
  let copy: string;

  beforeAll(async () => {
    copy = join(folder, context);
    await cp(join(checkout, context), copy, { recursive: true });
    for (const name of [".env", ".git"]) {
      await writeFile(join(copy, name), "secret");
      await writeFile(join(copy, dirname(source), name), "secret");
    }
  });

  test.each(stages)(
    "%s is built, holds neither .env nor .git, and a changed line of the source changes no layer of its dependencies",
    async (stage) => {
      const image = await bench.build(copy, { target: stage });
      const found = ["/", "-xdev", "(", "-name", ".env", "-o", "-name", ".git", ")"];
      const { output } = await bench.runToEnd(image, found, [], {
        Entrypoint: ["find"],
        // Root, with all that it may, looks into every folder.
        User: "0",
        HostConfig: {},
      });
      expect(output).toBe("");

      const before = await layers(image);
      await appendFile(join(copy, source), "# One line more.\n");
      const after = await layers(await bench.build(copy, { target: stage }));
      const kept = before.filter((layer, index) => layer === after[index]).length;
      expect({ layers: after.length, touched: after.length - kept }).toEqual({
        layers: before.length,
        touched: touched[stage],
      });
    },
  );
});

describe("the tests in the test image", { timeout: 600_000 }, () => {
  const place = (): Workplace => ({ stack: "test-images", folder }) as Workplace;
  let databases: Readonly<Record<string, string>>;

  beforeAll(async () => {
    const { "postgres-image": image } = await ready(["postgres-image"], silentStory);
    databases = await bringDatabases(place(), ["todo", "django"], { host: engineHost, image });
  });
  afterAll(() => removeDatabases(place(), engineHost));

  /** Those of Django that need no Postgres run in its pipeline. */
  test.each([
    { name: "todo", tests: [] },
    { name: "django", tests: ["tests/test_postgres.py"] },
  ])("of $name pass on Postgres, and none is skipped", async ({ name, tests }) => {
    const image = await bench.build(join(checkout, "examples", name), { target: "test" });
    // They make databases of their own.
    const container = docker.getContainer(databaseContainer(place()) ?? "");
    await psql(container, `alter role "app-${name}" createdb`);
    const { code, output } = await bench.runToEnd(
      image,
      tests,
      [`TEST_DATABASE_URL=${databases[name]}`, "PYTEST_ADDOPTS=--color=no"],
      { HostConfig: { CapDrop: ["ALL"], SecurityOpt: ["no-new-privileges"] } },
    );
    if (code !== 0) throw new Error(`they ended with ${code}:\n${output}`);
    expect(output.trim().split("\n").at(-1)).toMatch(/^=+ \d+ passed in /);
  });
});
