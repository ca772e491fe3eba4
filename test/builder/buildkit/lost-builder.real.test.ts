import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, test } from "vitest";
import { removeBuilders } from "../../../builder/buildkit/builder-network.ts";
import { engineName } from "../../../builder/buildkit/engine-name.ts";
import { openImageBuilder } from "../../../builder/buildkit/image-builder.ts";
import { until } from "../../rehearsal/until.ts";
import { builderHere, outcomeOf } from "./builder-here.ts";

const here = await builderHere();
const good = "FROM python:3.12-slim\nRUN echo good\n";
/** Says so once it runs. */
const long = "FROM python:3.12-slim\nRUN echo running; sleep 1000\n";

/** Does something to a build as soon as its command runs. */
function onceItRuns(act: () => Promise<unknown>): (line: string) => void {
  let isDone = false;
  return (line) => {
    if (isDone || line !== "out: running") return;
    isDone = true;
    void act();
  };
}

/** The commands that run in a slot's container. */
async function commandsIn(slot: number): Promise<string> {
  const { Processes } = await here.engine.getContainer(await here.container(slot)).top();
  return JSON.stringify(Processes);
}

test("a cancelled build ends with the reason, and nothing of it runs any more", async () => {
  await here.build(good);
  const cancel = new AbortController();
  const container = await here.container(0);
  const { error } = await here.build(long, {
    signal: cancel.signal,
    hear: onceItRuns(async () => cancel.abort(new Error("cancelled by its client"))),
  });
  expect(error).toBe("Error: cancelled by its client");
  await expect(here.engine.getContainer(container).inspect()).rejects.toThrow("no such container");
  expect((await here.build(good)).error).toBeUndefined();
  expect(await commandsIn(0)).not.toContain("sleep 1000");
});

test("a build that is cancelled before it begins does not begin", async () => {
  const signal = AbortSignal.abort(new Error("too late"));
  expect(await here.build(good, { signal })).toEqual({ error: "Error: too late", log: [] });
});

test("a killed container is no fault of the build, and the next build works", async () => {
  const { error } = await here.build(long, {
    hear: onceItRuns(async () => here.engine.getContainer(await here.container(0)).kill()),
  });
  expect(error).toBe("MachineryLost: builder: its container ended during the build");
  expect((await here.build(good)).error).toBeUndefined();
});

test("a container that was killed between two builds is made anew", async () => {
  const killed = await here.container(0);
  await here.engine.getContainer(killed).kill();
  // One that begins before its end is known is lost with it.
  await until("a build works", async () => (await here.build(good)).error === undefined);
  expect(await here.container(0)).not.toBe(killed);
});

test("a builder that is opened again under the same name takes over what was left running", async () => {
  const container = await here.container(0);
  const again = await openImageBuilder(here.settings, here.tools);
  try {
    await expect(here.engine.getContainer(container).inspect()).rejects.toThrow(
      "no such container",
    );
    expect((await outcomeOf(again, here.folder, good)).error).toBeUndefined();
  } finally {
    await again.close();
  }
});

test("nothing goes on building once its process has been killed", async () => {
  const worker = `${here.tools.worker}-killed`;
  const settings = { ...here.settings, folder: join(here.folder, "killed") };
  const tools = { ...here.tools, worker };
  const program = join(import.meta.dirname, "killed-builder.ts");
  const killed = spawn(process.execPath, [program, JSON.stringify({ settings, tools })], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await once(killed.stdout, "data");
    const filters = { label: [`slipway.builder=${await engineName(settings.folder, worker)}`] };
    const running = () => here.engine.listContainers({ filters });
    expect((await running()).length).toBe(1);
    killed.kill("SIGKILL");
    await until("its container ends", async () => (await running()).length === 0);
  } finally {
    killed.kill("SIGKILL");
    await removeBuilders(settings, worker);
  }
});

test("an engine that does not answer is said", async () => {
  const settings = { ...here.settings, engine: "tcp://127.0.0.1:9" };
  await expect(openImageBuilder(settings, here.tools)).rejects.toThrow("ECONNREFUSED");
});
