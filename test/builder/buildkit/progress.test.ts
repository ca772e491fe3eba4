import { expect, test } from "vitest";
import { Progress } from "../../../builder/buildkit/progress.ts";

type Line = readonly [stream: string, text: string];

/** What a log holds of these lines of progress. */
function told(...statuses: unknown[]): Line[] {
  const lines: Line[] = [];
  const progress = new Progress((stream, text) => lines.push([stream, text]));
  for (const status of statuses) {
    progress.read(typeof status === "string" ? status : JSON.stringify(status));
  }
  progress.end();
  return lines;
}

const began = "2026-01-01T00:00:00.000Z";
const later = "2026-01-01T00:00:01.250Z";
const output = (vertex: string, text: string, stream = 1) => ({
  vertex,
  stream,
  data: Buffer.from(text).toString("base64"),
});

test("a step is told when it begins, with what it writes, and when it is done", () => {
  const step = { digest: "a", name: "[1/2] RUN make", started: began };
  expect(
    told(
      { vertexes: [{ digest: "a", name: "[1/2] RUN make" }] },
      { vertexes: [step] },
      { logs: [output("a", "one\ntw"), output("a", "oops\n", 2)] },
      { vertexes: [{ ...step, completed: later }], logs: [output("a", "o\n")] },
      { vertexes: [{ ...step, completed: later }] },
    ),
  ).toEqual([
    ["step", "#1 [1/2] RUN make"],
    ["out", "one"],
    ["err", "oops"],
    ["out", "two"],
    ["step", "#1 DONE 1.3s"],
  ]);
});

test.each([
  ["from the cache", { cached: true }, "#1 CACHED"],
  ["failed", { error: "exit code:\n 3" }, "#1 ERROR: exit code: 3"],
  ["given up", { error: "process: context canceled" }, "#1 CANCELED"],
])("a step that is %s says so", (_title, how, line) => {
  const step = { digest: "a", name: "RUN", started: began, completed: began };
  expect(told({ vertexes: [{ ...step, ...how }] })).toEqual([
    ["step", "#1 RUN"],
    ["step", line],
  ]);
});

test("where steps run side by side, it is said whose output follows", () => {
  const [a, b] = ["a", "b"].map((digest) => ({ digest, name: `RUN ${digest}`, started: began }));
  expect(
    told(
      { vertexes: [a, b] },
      { logs: [output("a", "1\n"), output("a", "2\n"), output("b", "3\n")] },
    ),
  ).toEqual([
    ["step", "#1 RUN a"],
    ["step", "#2 RUN b"],
    ["step", "#1 RUN a"],
    ["out", "1"],
    ["out", "2"],
    ["step", "#2 RUN b"],
    ["out", "3"],
  ]);
});

test("a line without an end is told in the end, a name of several lines in one", () => {
  expect(
    told(
      { vertexes: [{ digest: "a", name: "RUN <<EOF\n  echo\0\nEOF", started: began }] },
      { logs: [output("a", "no end")] },
    ),
  ).toEqual([
    ["step", "#1 RUN <<EOF echo EOF"],
    ["out", "no end"],
  ]);
});

test("a warning is a line; half a line of a client that was killed is none", () => {
  const short = Buffer.from("JSONArgsRecommended: CMD\nin shell form").toString("base64");
  expect(told({ warnings: [{ short }] }, '{"vertexes":[{"dig')).toEqual([
    ["step", "WARNING: JSONArgsRecommended: CMD in shell form"],
  ]);
});
