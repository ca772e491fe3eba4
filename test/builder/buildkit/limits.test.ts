import { expect, test } from "vitest";
import { exceeded, LimitWatch } from "../../../builder/buildkit/limits.ts";

const limits = {
  memory: 1024 ** 3,
  cpus: 1,
  pids: 64,
  seconds: 900,
  logBytes: 210,
  imageBytes: 1.5 * 1024 ** 2,
  diskBytes: 1000,
};

/** A watch, what it let through and why it ended the build. */
function watched(diskBefore?: number) {
  const lines: string[] = [];
  const reasons: string[] = [];
  const watch = new LimitWatch(
    limits,
    diskBefore,
    (_stream, text) => lines.push(text),
    ({ message }) => reasons.push(message),
  );
  return { watch, lines, reasons };
}

test("each sentence names the limit and how it is changed", () => {
  const sentences = [
    exceeded.seconds(limits),
    exceeded.log(limits),
    exceeded.pids(limits),
    exceeded.memory(limits),
    exceeded.disk(1000),
    exceeded.image(limits, 3 * 1024 ** 2),
  ];
  expect(sentences.map(({ message }) => message)).toEqual([
    "time: the build took longer than 900 s; let it do less, or have BUILDER_SECONDS raised",
    "log: the build wrote more than 210 B; let it say less, or have BUILDER_LOG_BYTES raised",
    "pids: the build ran into its limit of 64 processes and threads; let it start fewer, or have BUILDER_PIDS raised",
    "memory: the build ran into its limit of 1 GiB; let it use less, or have BUILDER_MEMORY raised",
    "disk: the build wrote more than 1000 B; let it write less, or have BUILDER_DISK_BYTES raised",
    "image: its layers take 3 MiB, more than 1.5 MiB; leave out what it does not need, or have BUILDER_IMAGE_BYTES raised",
  ]);
});

test("lines pass until the log is full", () => {
  const { watch, lines, reasons } = watched();
  for (const text of ["1234", "5678", "9"]) watch.log("out", text);
  expect({ lines, reasons }).toEqual({
    lines: ["1234", "5678"],
    reasons: [exceeded.log(limits).message],
  });
});

test("what is left out of a line counts as well", () => {
  const { watch, lines, reasons } = watched();
  watch.wrote(200);
  watch.log("out", "1234");
  expect({ lines, reasons }).toEqual({ lines: [], reasons: [exceeded.log(limits).message] });
});

test("processes are too many when they are so three times in a row", () => {
  const { watch, reasons } = watched();
  for (const pids of [64, 64, 10, 64, 64]) watch.see({ pids, disk: 0 });
  expect(reasons).toEqual([]);
  watch.see({ pids: 64, disk: 0 });
  expect(reasons).toEqual([exceeded.pids(limits).message]);
});

test("what was on the disk before is not the build's", () => {
  const { watch, reasons } = watched();
  for (const disk of [5_000_000, 4_000_000, 5_001_000]) watch.see({ pids: 0, disk });
  expect(reasons).toEqual([]);
  watch.see({ pids: 0, disk: 5_001_001 });
  expect(watch.disk).toBe(5_001_001);
  expect(reasons).toEqual([exceeded.disk(1000).message]);
  expect(watch.hasFilledDisk).toBe(true);
});

test("what the build wrote before the first look is known by what was there before", () => {
  const { watch, reasons } = watched(2_000);
  watch.see({ pids: 0, disk: 3_001 });
  expect(reasons).toEqual([exceeded.disk(1000).message]);
});

test.each([
  ["err", "sh: 1: Cannot fork", true],
  ["out", "BlockingIOError: [Errno 11] Resource temporarily unavailable", true],
  ["err", "RuntimeError: can't start new thread", true],
  ["err", "fork", false],
  ["step", "RUN echo Cannot fork", false],
] as const)("%s %j: lacked processes %s", (stream, text, lacked) => {
  const watch = new LimitWatch(
    { ...limits, logBytes: 1000 },
    undefined,
    () => {},
    () => {},
  );
  watch.log(stream, text);
  expect(watch.lackedProcesses).toBe(lacked);
});
