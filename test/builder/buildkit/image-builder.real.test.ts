import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { extract } from "tar-stream";
import { expect, test } from "vitest";
import { findImage } from "../../../builder/buildkit/image-store.ts";
import { builderHere } from "./builder-here.ts";

const here = await builderHere();
const sample = readFileSync(join(import.meta.dirname, "../../../builder/CustomDockerFile"), "utf8");

/** A blob of the layout that holds an image. */
function blob(image: string, digest: string): Buffer {
  const layout = findImage(here.folder, image) ?? "";
  return readFileSync(join(layout, "blobs", "sha256", digest.slice("sha256:".length)));
}

/** The content of the files in an image's topmost layer, by name. */
async function topOf(image: string): Promise<Record<string, string>> {
  const { layers } = JSON.parse(String(blob(image, image)));
  const files: Record<string, string> = {};
  const entries = extract();
  entries.end(gunzipSync(blob(image, layers.at(-1).digest)));
  for await (const entry of entries) {
    const content = await text(entry);
    if (entry.header.type === "file") files[entry.header.name] = content;
  }
  return files;
}

test("the sample is built on a base that no registry has, kept until it is let go of, and built from the cache", async () => {
  const { digest = "", error } = await here.build(sample, { id: "first" });
  expect(error).toBeUndefined();
  expect(await topOf(digest)).toEqual({
    greeting: "Hello from an image that the builder made\n",
  });
  expect(await here.builder.holds(digest)).toBe(true);

  // The base came from the client the first time, and is known by its content only after it.
  await here.build(sample, { id: "second" });
  const again = await here.build(sample, { id: "third" });
  expect(again.log.filter((line) => /RUN printf|CACHED/.test(line))).toEqual([
    expect.stringMatching(/^step: #\d \[1\/2\] RUN printf/),
    expect.stringMatching(/^step: #\d CACHED$/),
  ]);

  await here.builder.forget(again.digest ?? "", "third");
  expect(await here.builder.holds(again.digest ?? "")).toBe(true);
  for (const id of ["first", "second"]) {
    await here.builder.forget(digest, id);
    await here.builder.forget(again.digest ?? "", id);
  }
  expect(await here.builder.holds(digest)).toBe(false);
  await here.builder.check();
});

test("arguments, a target, another Dockerfile and files of the context are taken", async () => {
  const dockerfile = [
    "FROM python:3.12-slim AS first",
    "ARG WHAT",
    "COPY data/text /text",
    'RUN echo "$WHAT" >> /text',
    "FROM first AS second",
    "RUN false",
  ].join("\n");
  const { digest = "", error } = await here.build("FROM scratch\n", {
    order: { dockerfile: "other/Dockerfile", args: { WHAT: "a, b=c" }, target: "first" },
    files: { "other/Dockerfile": dockerfile, "data/text": "text\n" },
  });
  expect(error).toBeUndefined();
  expect(await topOf(digest)).toEqual({ text: "text\na, b=c\n" });
});

test.each([
  [
    "a command that fails",
    "FROM python:3.12-slim\nRUN echo said; echo why >&2; exit 3\n",
    'StepFailed: process "/bin/sh -c echo said; echo why >&2; exit 3" did not complete successfully: exit code: 3',
  ],
  [
    "an unknown instruction",
    "FROM python:3.12-slim\nRUNN true\n",
    "StepFailed: dockerfile parse error on line 2: unknown instruction: RUNN (did you mean RUN?)",
  ],
  [
    "a file that is not in the context",
    "FROM scratch\nCOPY missing /\n",
    expect.stringMatching(
      /^StepFailed: failed to (compute cache key|calculate checksum).*"\/missing": not found/,
    ),
  ],
  [
    "a base image that does not exist",
    "FROM registry.invalid/none\n",
    expect.stringMatching(/^StepFailed: registry.invalid\/none: failed to resolve source metadata/),
  ],
])("%s is told as what it is", async (_title, dockerfile, error) => {
  expect((await here.build(dockerfile)).error).toEqual(error);
});

test("what a command wrote is in the log, with its stream, and the line of the Dockerfile is pointed at", async () => {
  const { log } = await here.build("FROM python:3.12-slim\nRUN echo said; echo why >&2; exit 3\n");
  const told = log.filter((line) => /^(out|err)|\[1\/2\] RUN|ERROR|>>>/.test(line));
  const plain = told.map((line) => line.replace(/#\d/, "#N")).toSorted();
  expect(plain).toEqual([
    "err: why",
    "out: said",
    "step:    2 | >>> RUN echo said; echo why >&2; exit 3",
    'step: #N ERROR: process "/bin/sh -c echo said; echo why >&2; exit 3" did not complete successfully: exit code: 3',
    "step: #N [1/2] RUN echo said; echo why >&2; exit 3",
  ]);
});

test("a Dockerfile that is not there is told before anything is built", async () => {
  expect(await here.build("FROM scratch\n", { order: { dockerfile: "none" } })).toEqual({
    error: "StepFailed: none: there is no such file in the context; name the Dockerfile's path",
    log: [],
  });
});

test("an image that a failed build had begun leaves nothing behind", () => {
  expect(existsSync(join(here.folder, `images-${here.tools.worker}-0`, "ingest"))).toBe(false);
});
