import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { expect, onTestFinished, test } from "vitest";
import { startInContainer } from "../../../builder/buildkit/exec.ts";
import { openImageBuilder } from "../../../builder/buildkit/image-builder.ts";
import { builderHere, outcomeOf } from "./builder-here.ts";

const here = await builderHere();

/** A builder of images that goes by an address as in `BUILDKIT_HOST`, without an engine. */
async function outside(buildkitHost: string) {
  const folder = mkdtempSync(join(tmpdir(), "slipway-outside-"));
  const settings = { ...here.settings, folder, buildkitHost, engine: "unix:///nowhere" };
  const builder = await openImageBuilder(settings, { ...here.tools, builderImage: "" });
  onTestFinished(async () => {
    await builder.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { builder, folder };
}

/** Lets a container's BuildKit answer on a port of this machine. */
async function buildkitOnPort(): Promise<string> {
  await here.build("FROM scratch\nCOPY Dockerfile /\n");
  const container = here.engine.getContainer(await here.container(0));
  const server = createServer({ allowHalfOpen: true }, async (socket) => {
    const { input, output } = await startInContainer(container, ["buildctl", "dial-stdio"]);
    await Promise.all([pipeline(socket, input), pipeline(output, socket)]).catch(() => {});
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  const address = server.address();
  return `tcp://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
}

test("a BuildKit elsewhere builds in place of the engine's builders", async () => {
  const { builder, folder } = await outside(await buildkitOnPort());
  await builder.check();
  const { digest = "", error } = await outcomeOf(
    builder,
    folder,
    "FROM scratch\nCOPY Dockerfile /\n",
  );
  expect(error).toBeUndefined();
  expect(await builder.holds(digest)).toBe(true);
  expect((await outcomeOf(builder, folder, "FROM scratch\nCOPY none /\n")).error).toMatch(
    /^StepFailed: .*"\/none": not found/,
  );
});

test("one that does not answer is said, and is no fault of a build", async () => {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  server.close();
  const { builder, folder } = await outside(`tcp://127.0.0.1:${port}`);
  await expect(builder.check()).rejects.toThrow(
    `BUILDKIT_HOST: tcp://127.0.0.1:${port}: error: failed to list workers`,
  );
  expect((await outcomeOf(builder, folder, "FROM scratch\n")).error).toMatch(/^MachineryLost: /);
});
