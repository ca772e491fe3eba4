import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { keepCertificates } from "../../builder/engine-certificates.ts";
import { engineAt } from "../../setup/engine-endpoint.ts";
import { openEngine } from "../../setup/open-engine.ts";
import { docker } from "../rehearsal/engine.ts";
import { type EngineDoor, openEngineDoor } from "./engine-door.ts";

// An engine that asks for a certificate, as the builder's image reaches one.

const folder = mkdtempSync(join(tmpdir(), "slipway-engine-elsewhere-"));

let door: EngineDoor;
beforeAll(async () => {
  door = await openEngineDoor("127.0.0.1");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await door.close();
  rmSync(folder, { recursive: true });
});

test("it answers who has its certificates, and nobody else", async () => {
  vi.stubEnv("DOCKER_TLS_VERIFY", "1");
  expect(await engineAt(door.host)).toBeUndefined();
  expect(door.entered()).toBe(0);

  enter();
  expect((await engineAt(door.host))?.version).toBe((await docker.version()).Version);
  expect(door.entered()).toBe(1);
});

test("a command in one of its containers hears the end of what it is sent, and is heard to its own end", async () => {
  enter();
  const container = await openEngine(door.host).createContainer({
    Image: "python:3.12-slim",
    Cmd: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1; done"],
  });
  try {
    await container.start();
    const exec = await container.exec({
      Cmd: ["sh", "-c", "cat; echo; echo done"],
      AttachStdin: true,
      AttachStdout: true,
    });
    const stream = await exec.start({ hijack: true, stdin: true });
    let heard = "";
    container.modem.demuxStream(
      stream,
      { write: (text: Buffer) => (heard += text.toString()) } as never,
      process.stderr,
    );
    stream.end("all of it");
    await once(stream, "end");
    expect(heard).toBe("all of it\ndone\n");
  } finally {
    await container.remove({ force: true, v: true });
  }
});

function enter(): void {
  const { ca, client } = door.certificates;
  const texts = { DOCKER_CA_PEM: ca, DOCKER_CERT_PEM: client.cert, DOCKER_KEY_PEM: client.key };
  const kept = keepCertificates({ DOCKER_HOST: door.host, ...texts }, folder);
  for (const [name, value] of Object.entries(kept)) vi.stubEnv(name, value);
}
