import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { until } from "../rehearsal/until.ts";
import { type OldCompose, oldCompose } from "./old-compose.ts";
import { openProject, type Project, served } from "./project.ts";

// The same compose file with Compose 1, which Debian 12 has as `docker-compose`.

let compose: OldCompose | string;
let project: Project | undefined;

beforeAll(async () => {
  compose = await oldCompose();
  if (typeof compose !== "string") project = await openProject(compose.run);
}, 600_000);

afterAll(async () => {
  await project?.remove();
  if (typeof compose === "object") await compose.remove();
}, 60_000);

beforeEach((context) => {
  if (typeof compose === "string") context.skip(compose);
});

test("up serves the app, with the settings of .env, and an edit in the same container", async () => {
  const { checkout, url, compose, container } = project as Project;
  checkout.edit(".env", () => "APP_VERSION=from-dot-env\n");
  await compose("up", "-d");
  await served(`${url}/healthcheck`, (text) => text.includes('"version":"from-dot-env"'));
  const before = await (await container("app")).inspect();
  checkout.edit("app/src/main.py", (text) => text.replace("A small web app", "An edited web app"));
  await served(`${url}/healthcheck`, (text) => text.includes("An edited web app"));
  const after = await (await container("app")).inspect();
  expect([after.Id, after.State.StartedAt]).toEqual([before.Id, before.State.StartedAt]);
});

test("the watcher's tests fail after an edit that breaks one", async () => {
  const { checkout, logs } = project as Project;
  await until("a pass", async () => / \d+ passed in /.test(await logs("test")), 120);
  checkout.edit(
    "app/tests/test_main.py",
    (text) => `${text}\n\ndef test_red():\n    assert False\n`,
  );
  await until("a failure", async () => / 1 failed, \d+ passed in /.test(await logs("test")), 120);
});

test("the debug profile starts what waits for a debugger", async () => {
  const { compose, container } = project as Project;
  await compose("--profile", "debug", "up", "-d", "debug");
  await until(
    "a healthy container",
    async () => (await (await container("debug")).inspect()).State.Health?.Status === "healthy",
  );
});
