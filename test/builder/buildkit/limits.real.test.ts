import { expect, test } from "vitest";
import { builderHere, LIMITS } from "./builder-here.ts";

const MIB = 2 ** 20;
const here = await builderHere({
  slots: 2,
  buildLimits: { ...LIMITS, seconds: 20, imageBytes: 100 * MIB, diskBytes: 300 * MIB },
});

/** A Dockerfile that runs a Python program. */
const python = (...program: string[]): string =>
  ["FROM python:3.12-slim", "RUN python3 <<EOF", ...program, "EOF", ""].join("\n");

test.each<[string, string, string]>([
  [
    "memory",
    python("x = bytearray(400 * 2**20)"),
    "memory: the build ran into its limit of 256 MiB; let it use less, or have BUILDER_MEMORY raised",
  ],
  [
    "memory, in a file system that is kept in it",
    "FROM python:3.12-slim\nRUN --mount=type=tmpfs,target=/t dd if=/dev/zero of=/t/x bs=1M count=400\n",
    "memory: the build ran into its limit of 256 MiB; let it use less, or have BUILDER_MEMORY raised",
  ],
  [
    "log, in endless lines",
    "FROM python:3.12-slim\nRUN yes\n",
    "log: the build wrote more than 1 MiB; let it say less, or have BUILDER_LOG_BYTES raised",
  ],
  [
    "disk, in one file",
    "FROM python:3.12-slim\nRUN dd if=/dev/zero of=/x bs=1M count=4000; sleep 60\n",
    "disk: the build wrote more than 300 MiB; let it write less, or have BUILDER_DISK_BYTES raised",
  ],
  [
    "disk, in a cache mount",
    "FROM python:3.12-slim\nRUN --mount=type=cache,target=/c dd if=/dev/zero of=/c/x bs=1M count=4000; sleep 60\n",
    "disk: the build wrote more than 300 MiB; let it write less, or have BUILDER_DISK_BYTES raised",
  ],
  [
    "time",
    "FROM python:3.12-slim\nRUN sleep 1000\n",
    "time: the build took longer than 20 s; let it do less, or have BUILDER_SECONDS raised",
  ],
])("a build ends at its limit of %s", async (_title, dockerfile, message) => {
  const { error } = await here.build(dockerfile);
  expect(error).toBe(`StepFailed: ${message}`);
});

test("an image that is too large is not kept", async () => {
  const { error } = await here.build("FROM python:3.12-slim\nRUN head -c 80M /dev/urandom > /x\n");
  expect(error).toMatch(
    /^StepFailed: image: its layers take 1\d\d(\.\d)? MiB, more than 100 MiB; leave out what it does not need, or have BUILDER_IMAGE_BYTES raised$/,
  );
});

test("a fork bomb ends while a good build beside it completes, and the next one in its place too", async () => {
  const good = (which: string): string =>
    `FROM python:3.12-slim\nRUN for i in 1 2 3 4; do sleep 1; done; echo ${which} > /which\n`;
  const bomb = python("import os", "while True:", "  try: os.fork()", "  except OSError: pass");
  const [bombed, beside] = await Promise.all([
    here.build(bomb, { slot: 0 }),
    here.build(good("beside"), { slot: 1 }),
  ]);
  expect(bombed.error).toBe(
    "StepFailed: pids: the build ran into its limit of 64 processes and threads; let it start fewer, or have BUILDER_PIDS raised",
  );
  expect(beside.error).toBeUndefined();
  expect((await here.build(good("after"), { slot: 0 })).error).toBeUndefined();
});

test("a build that fails for want of processes is told so", async () => {
  const { error } = await here.build(
    python(
      "import threading, time",
      "for i in range(100):",
      "  threading.Thread(target=time.sleep, args=(1,)).start()",
    ),
  );
  expect(error).toMatch(
    /exit code: 1; perhaps because of pids: the build ran into its limit of 64 processes/,
  );
});

test("the container itself carries the limits, with a share of BuildKit's own on top", async () => {
  const { HostConfig } = await here.engine.getContainer(await here.container(0)).inspect();
  const { Memory, MemorySwap, NanoCpus, PidsLimit, Privileged } = HostConfig;
  expect({ Memory, MemorySwap, NanoCpus, PidsLimit, Privileged }).toEqual({
    Memory: 512 * MIB,
    MemorySwap: 512 * MIB,
    NanoCpus: 1e9,
    PidsLimit: 64 + 128,
    Privileged: false,
  });
});
