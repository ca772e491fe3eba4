import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { broughtCompose } from "./brought-compose.ts";
import { connectDebugger, type DebuggerClient } from "./debugger-client.ts";
import { openProject, type Project, served } from "./project.ts";

// The app under a debugger that attaches as .vscode/launch.json and .vscode/tasks.json say.

let project: Project;

beforeAll(async () => {
  project = await openProject(await broughtCompose());
  const { args } = read(".vscode/tasks.json").tasks[0];
  expect(args[0]).toBe("compose");
  await project.compose(...args.slice(1));
}, 600_000);

afterAll(() => project?.remove());

test("the app begins when a debugger attaches, and stops at a breakpoint", async () => {
  expect(await answer()).toBe("");
  const client = await attach();
  await served(`${project.debuggedUrl}/healthcheck`, (text) => text.includes("lastcommitsha"));
  await stopsAndGoesOn(client);
  await client.detach();
});

test("when the debugger has left the app goes on, and another may attach", async () => {
  expect(await answer()).toBe('{"commit":"unknown","branch":"unknown"}\n');
  const client = await attach();
  await stopsAndGoesOn(client);
  await client.detach();
  expect(await answer()).toBe('{"commit":"unknown","branch":"unknown"}\n');
});

test("the container stops by itself when it is told", async () => {
  const container = await project.container("debug");
  await project.compose("--profile", "debug", "stop", "--timeout", "60");
  expect((await container.inspect()).State).toMatchObject({ Running: false, ExitCode: 0 });
});

async function attach(): Promise<DebuggerClient> {
  const { preLaunchTask, ...entry } = read(".vscode/launch.json").configurations[0];
  const client = await connectDebugger(project.debuggerPort);
  await client.attach(entry, breakpoint());
  return client;
}

/** The first line that is run for a request of `/`. */
function breakpoint(): { path: string; line: number } {
  const path = join(project.checkout.folder, "app/src/main.py");
  const lines = readFileSync(path, "utf8").split("\n");
  return { path, line: lines.findIndex((line) => line.includes("if not _wants_page():")) + 1 };
}

async function stopsAndGoesOn(client: DebuggerClient): Promise<void> {
  const answered = answer();
  const { reason, threadId } = await client.event<{ reason: string; threadId: number }>("stopped");
  const { stackFrames } = await client.request<{
    stackFrames: { id: number; name: string; line: number; source: { path: string } }[];
  }>("stackTrace", { threadId });
  const [frame] = stackFrames;
  expect({ reason, path: frame?.source.path, line: frame?.line, name: frame?.name }).toEqual({
    reason: "breakpoint",
    ...breakpoint(),
    name: "release",
  });
  const expression = "[commit, branch]";
  const value = await client.request("evaluate", { expression, frameId: frame?.id });
  expect(value).toMatchObject({ result: "['unknown', 'unknown']" });
  await client.request("continue", { threadId });
  expect(await answered).toBe('{"commit":"unknown","branch":"unknown"}\n');
}

/** What the debugged app answers; nothing while it does not run. */
async function answer(): Promise<string> {
  const answer = await fetch(project.debuggedUrl).catch(() => undefined);
  return (await answer?.text()) ?? "";
}

function read(path: string) {
  const text = readFileSync(join(project.checkout.folder, path), "utf8");
  return JSON.parse(text.replaceAll("$" + "{workspaceFolder}", project.checkout.folder));
}
