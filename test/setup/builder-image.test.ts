import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { builderImage } from "../../setup/builder-image.ts";
import { BUILDKIT_VERSION, MADE_BUILDER, OFFICIAL_BUILDER } from "../../setup/buildkit.ts";
import { fakeEngine } from "./fake-engine.ts";
import { calm, fakeMachine, silent } from "./fake-machine.ts";

/** An engine on a machine's socket that pulls nothing, and keeps what it is given to build. */
async function engineThatBuilds(socket: string): Promise<string[]> {
  const built: string[] = [];
  const server = createServer(async (request: IncomingMessage, response) => {
    const url = new URL(request.url ?? "", "http://engine");
    if (url.pathname !== "/build") {
      response.writeHead(404, { connection: "close" }).end('{"message":"no way to the registry"}');
      return;
    }
    const context = await text(request);
    built.push(`${url.searchParams.get("t")} of ${context.match(/FROM .*/)?.[0]}`);
    response.writeHead(200, { connection: "close" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  onTestFinished(() => void server.close());
  return built;
}

const engineOf = (socket: string) =>
  ({ host: `unix://${socket}`, version: "29.1.0", platform: "linux/arm64" }) as const;

test.each([OFFICIAL_BUILDER, MADE_BUILDER])("%s in the engine is taken", async (name) => {
  const machine = fakeMachine();
  await fakeEngine(machine.dockerSocket, { [`/images/${name}/json`]: {} });
  const thing = builderImage(engineOf(machine.dockerSocket), async () => {}, machine);
  expect(await thing.find()).toEqual({ text: name, value: name });
});

test("where it cannot be pulled it is made on the base image, of programs for the engine's platform", async () => {
  const machine = fakeMachine();
  machine.command(
    "go",
    'echo "$GOOS/$GOARCH" >> "$FOLDER/platforms"\nwhile [ "$1" != -o ]; do shift; done; echo built > "$2"',
  );
  const built = await engineThatBuilds(machine.dockerSocket);
  let bases = 0;
  const base = async (): Promise<void> => {
    bases += 1;
  };
  const thing = builderImage(engineOf(machine.dockerSocket), base, machine);
  expect(await thing.find()).toBeUndefined();
  expect(await thing.bring(silent, calm)).toEqual({
    text: `${MADE_BUILDER}, built from source`,
    value: MADE_BUILDER,
  });
  const platforms = readFileSync(join(machine.folder, "platforms"), "utf8");
  expect({ bases, built, platforms }).toEqual({
    bases: 1,
    platforms: "linux/arm64\nlinux/arm64\n",
    built: [`slipway-buildkit:${BUILDKIT_VERSION} of FROM python:3.12-slim`],
  });
});

test("where neither works it is said, with the way out", async () => {
  const machine = fakeMachine();
  await engineThatBuilds(machine.dockerSocket);
  const thing = builderImage(engineOf(machine.dockerSocket), async () => {}, machine);
  await expect(thing.bring(silent, calm)).rejects.toThrow(
    /^builder image: cannot pull moby\/buildkit:v0\.34\.2 \(.*no way to the registry.*\) and cannot build BuildKit \(there is no Go to build it with\); load it by hand with docker load, or mend the way to its registry$/,
  );
});
