import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { machineryElsewhere } from "../../builder/machinery-elsewhere.ts";
import { silentStory } from "../../setup/story.ts";
import { UserError } from "../../setup/user-error.ts";
import { fakeEngine } from "../setup/fake-engine.ts";

const calm = new AbortController().signal;

function socketPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "slipway-elsewhere-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, "docker.sock");
}

test("an engine that does not answer is named, with what to look at", async () => {
  const engine = `unix://${socketPath()}`;
  await expect(machineryElsewhere({ engine }, [], silentStory, calm)).rejects.toThrow(
    new UserError(
      `DOCKER_HOST: no engine answers at ${engine}; start it, and see that it takes the certificates and that this machine reaches it`,
    ),
  );
});

test("an engine that neither holds nor pulls the builders' image is told from one that is away", async () => {
  const socket = socketPath();
  await fakeEngine(socket);
  const engine = `unix://${socket}`;
  await expect(machineryElsewhere({ engine }, [], silentStory, calm)).rejects.toThrow(
    new UserError(
      `DOCKER_HOST: the engine at ${engine} neither holds moby/buildkit:v0.34.2 nor can pull it ((HTTP code 404) unexpected - no such thing ); load it there with docker load`,
    ),
  );
});
