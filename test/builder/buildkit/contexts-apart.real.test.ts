import { randomUUID } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { receiveDockerfile } from "../../../builder/context/receive-dockerfile.ts";
import { unpackContext } from "../../../builder/context/unpack.ts";
import { limits } from "../context/tars.ts";
import { builderHere } from "./builder-here.ts";

const here = await builderHere();

/** What a build prints of the Dockerfile in its own context. */
async function printed(word: string, microseconds: number): Promise<readonly string[]> {
  const folder = await mkdtemp(join(here.folder, "context-"));
  const dockerfile = `FROM python:3.12-slim\nCOPY Dockerfile /of\nRUN grep '#' /of # ${word}\n`;
  const { parts } = await receiveDockerfile(Buffer.from(dockerfile), limits);
  await unpackContext(parts, folder, microseconds);
  const log: string[] = [];
  const order = { imageName: "apart", imageTag: "1", dockerfile: "Dockerfile", args: {} };
  const task = { build: randomUUID(), attempt: 1, slot: 0, client: "anybody", order };
  await here.builder.build(
    { ...task, reference: "localhost:5055/apart:1" },
    folder,
    (stream, text) => void (stream === "out" && log.push(text)),
    new AbortController().signal,
  );
  return log;
}

test("a build never gets a file of another build's context, though path, size and second are the same", async () => {
  const words = ["one", "two", "six", "ten"];
  const found: (readonly string[])[] = [];
  for (const [index, word] of words.entries()) found.push(await printed(word, index));
  expect(found).toEqual(words.map((word) => [`RUN grep '#' /of # ${word}`]));
});
