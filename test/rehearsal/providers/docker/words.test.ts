import jspb from "google-protobuf";
import { expect, test, vi } from "vitest";
import { buildProgress } from "../../../../rehearsal/providers/docker/build-progress.ts";
import { normalCapabilities } from "../../../../rehearsal/providers/docker/capabilities.ts";
import { formatDuration, parseDuration } from "../../../../rehearsal/providers/docker/duration.ts";
import { goMode } from "../../../../rehearsal/providers/docker/go-mode.ts";
import { silentLog } from "../../../../rehearsal/providers/engine-log.ts";

// The small translators: durations, modes, capabilities, build traces.

test.each([
  ["0", 0, "0s"],
  ["500ms", 5e8, "500ms"],
  ["1.5s", 1.5e9, "1.5s"],
  ["90s", 90e9, "1m30s"],
  ["1h", 3600e9, "1h0m0s"],
])("%s is %d ns and is written %s", (text, nanoseconds, written) => {
  expect(parseDuration(text)).toBe(nanoseconds);
  expect(formatDuration(nanoseconds)).toBe(written);
});

test.each(["", "30", "soon", "-1s", "1 s"])("%j is no duration", (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test.each([
  [0o100644, "-rw-r--r--"],
  [0o100755, "-rwxr-xr-x"],
  [0o120777, "Lrwxrwxrwx"],
  [0o104755, "urwxr-xr-x"],
  [0o102755, "grwxr-xr-x"],
  [0o041777, "dtrwxrwxrwx"],
])("mode %o is %s", (mode, text) => {
  expect(goMode(mode)).toBe(text);
});

test.each([
  [
    ["net_admin", "CAP_CHOWN", "NET_ADMIN"],
    ["CAP_CHOWN", "CAP_NET_ADMIN"],
  ],
  [["all", "chown"], ["ALL"]],
  [[], undefined],
])("capabilities %j are sent as %j", (given, sent) => {
  expect(normalCapabilities(given)).toEqual(sent);
});

/** One trace with a step and, if given, a piece of its output. */
function trace(
  step: { digest: string; name: string; cached?: boolean; completed?: boolean; error?: string },
  output?: string,
): string {
  const vertex = new jspb.BinaryWriter();
  vertex.writeString(1, step.digest);
  vertex.writeString(3, step.name);
  if (step.cached) vertex.writeBool(4, true);
  vertex.writeBytes(5, Uint8Array.of(0x08, 1));
  if (step.completed) vertex.writeBytes(6, Uint8Array.of(0x08, 2));
  if (step.error) vertex.writeString(7, step.error);
  const writer = new jspb.BinaryWriter();
  writer.writeBytes(1, vertex.getResultBuffer());
  if (output !== undefined) {
    const log = new jspb.BinaryWriter();
    log.writeString(1, step.digest);
    log.writeBytes(4, Buffer.from(output));
    writer.writeBytes(3, log.getResultBuffer());
  }
  return Buffer.from(writer.getResultBuffer()).toString("base64");
}

test("each step is told once, cached ones so, and not what BuildKit does for itself", () => {
  const progress = vi.fn();
  const build = buildProgress({ ...silentLog, progress });
  build.trace(trace({ digest: "i", name: "[internal] load metadata" }));
  build.trace(trace({ digest: "a", name: "[1/2] FROM x", cached: true, completed: true }));
  build.trace(trace({ digest: "b", name: "[2/2] RUN y" }));
  build.trace(trace({ digest: "b", name: "[2/2] RUN y" }, "working\n"));
  expect(progress.mock.calls.flat()).toEqual([
    "[1/2] FROM x (cached)",
    "[2/2] RUN y",
    "[2/2] RUN y: working",
  ]);
});

test("a failure has the step and the last twenty lines of its output, as a terminal would show them", () => {
  const build = buildProgress(silentLog);
  const lines = Array.from({ length: 30 }, (_, index) => `line ${index + 1}`).join("\n");
  build.trace(
    trace({ digest: "b", name: "[2/2] RUN y" }, `${lines}\n10%\r\u001b[31m100%\u001b[0m\n`),
  );
  build.trace(trace({ digest: "b", name: "[2/2] RUN y", completed: true, error: "exit code: 1" }));
  const expected = Array.from({ length: 19 }, (_, index) => `  line ${index + 12}`);
  expect(build.explain("exit code: 1").split("\n")).toEqual([
    "exit code: 1",
    "failed step: [2/2] RUN y",
    ...expected,
    "  100%",
  ]);
});
