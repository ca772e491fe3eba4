import { expect, test } from "vitest";
import { BASE_IMAGE, baseImage } from "../../setup/base-image.ts";
import { makePythonImage } from "../../setup/debian-python.ts";
import { engineEndpoint } from "../../setup/engine-endpoint.ts";
import { openEngine } from "../../setup/open-engine.ts";
import { pullImage } from "../../setup/pull-image.ts";
import { calm, fakeMachine, silent } from "./fake-machine.ts";

const host = (await engineEndpoint())?.host ?? "";

test("a base image that the engine holds is taken as it is", async () => {
  const before = await openEngine(host).getImage(BASE_IMAGE).inspect();
  expect(await baseImage(host).find()).toEqual({ text: BASE_IMAGE, value: BASE_IMAGE });
  expect((await openEngine(host).getImage(BASE_IMAGE).inspect()).Id).toBe(before.Id);
});

test("it holds a Python 3.12 with pip, certificates and what its modules load", async () => {
  const name = `slipway-setup-test-${process.pid}`;
  const container = await openEngine(host).createContainer({
    name,
    Image: BASE_IMAGE,
    Cmd: [
      "python3",
      "-c",
      "import bz2, ctypes, lzma, pip, readline, sqlite3, ssl, sys, uuid, zlib\n" +
        "print(sys.version_info[:2], len(ssl.create_default_context().get_ca_certs()) > 50)",
    ],
    HostConfig: { NetworkMode: "none" },
    Tty: true,
  });
  try {
    await container.start();
    await container.wait();
    const output = await container.logs({ stdout: true, stderr: true });
    expect(String(output).trim()).toBe("(3, 12) True");
  } finally {
    await container.remove({ force: true, v: true });
  }
});

test("a registry that does not answer is given up after the silence it is granted", async () => {
  const heard: string[] = [];
  const reason = await pullImage(
    host,
    "192.0.2.1:5000/nothing:1",
    (text) => heard.push(text),
    calm,
    300,
  );
  expect({ gaveReason: reason !== undefined, heard }).toEqual({ gaveReason: true, heard: [] });
});

test("it is made only by root on Debian, and elsewhere nothing is touched", async () => {
  expect(await makePythonImage(host, "never:1", fakeMachine(), silent, calm)).toBe(
    "that takes root on Debian",
  );
});
