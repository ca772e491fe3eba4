import { afterAll, beforeAll, expect, test } from "vitest";
import { enter, shows } from "../examples/visitor.ts";
import { until } from "../rehearsal/until.ts";
import { broughtCompose } from "./brought-compose.ts";
import { openProject, type Project, served, todo } from "./project.ts";

// The To-Do example while it is developed, by its own compose file.

let project: Project;

beforeAll(async () => {
  project = await openProject(await broughtCompose(), todo);
  await project.compose("up", "--detach");
}, 600_000);

afterAll(() => project?.remove());

test("edits are served in the same container, and what was entered before is there", async () => {
  await served(project.url, (text) => text.includes("<h1>To-Do</h1>"));
  await enter(project.url, "text", "Water the plants");
  const before = await (await project.container("web")).inspect();
  project.checkout.edit("examples/todo/todo_app/settings.py", (text) =>
    text.replace('TITLE = "To-Do"', 'TITLE = "Chores"'),
  );
  await served(project.url, (text) => text.includes("<h1>Chores</h1>"));
  project.checkout.edit("examples/todo/todo_app/templates/list.html", (text) =>
    text.replace("New item", "Next chore"),
  );
  await served(project.url, (text) => text.includes("Next chore"));
  expect(await shows(project.url, "Water the plants")).toBe(true);
  const after = await (await project.container("web")).inspect();
  expect([after.Id, after.State.StartedAt]).toEqual([before.Id, before.State.StartedAt]);
});

test("the watcher's tests fail after an edit that breaks one, and pass after the next", async () => {
  const ended = async (how: RegExp) => [...(await project.logs("test")).matchAll(how)].length;
  const [fails, passes] = [/= \d+ failed, /g, /= \d+ passed, \d+ skipped in /g];
  // The title of the edit before is another one than the tests know.
  await until("a failure", async () => (await ended(fails)) > 0, 120);
  project.checkout.edit("examples/todo/todo_app/settings.py", (text) =>
    text.replace('TITLE = "Chores"', 'TITLE = "To-Do"'),
  );
  project.checkout.edit("examples/todo/todo_app/templates/list.html", (text) =>
    text.replace("Next chore", "New item"),
  );
  await until("a pass", async () => (await ended(passes)) > 0, 120);
});
