import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { checkImage } from "../../../../rehearsal/providers/docker/image-check.ts";
import { silentLog } from "../../../../rehearsal/providers/engine-log.ts";
import { type Properties, UNKNOWN } from "../../../../rehearsal/providers/values.ts";

let cwd: string;
const platform = "linux/amd64";
const imageName = "docker.io/library/app:1";

beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), "slipway-image-check-"));
  mkdirSync(join(cwd, "app"));
  writeFileSync(join(cwd, "app/Dockerfile"), "FROM scratch\n");
});
afterAll(() => rmSync(cwd, { recursive: true }));

const check = (news: Properties) => checkImage(news, cwd, silentLog);

test("it fills in the Dockerfile, the platform and the digest of the context", async () => {
  const info = vi.fn();
  const inputs = await checkImage({ imageName, build: { context: "app" } }, cwd, {
    ...silentLog,
    info,
  });
  expect(inputs).toEqual({
    imageName,
    build: {
      context: "app",
      dockerfile: "app/Dockerfile",
      platform: expect.stringMatching(/^linux\/(?:amd64|arm64)$/),
      contextDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  });
  expect(info).toHaveBeenCalledOnce();
});

test.each<[string, Properties, string]>([
  [
    "a missing Dockerfile",
    { build: { context: "app", dockerfile: "nope", platform } },
    "build.dockerfile: could not open dockerfile at relative path nope; set build.dockerfile to a file, relative to the program",
  ],
  [
    "no build at all, where there is no Dockerfile",
    {},
    "build.dockerfile: could not open dockerfile at relative path Dockerfile; set build.dockerfile to a file, relative to the program",
  ],
  [
    "a Dockerfile written relative to the context",
    { build: { context: "app", dockerfile: "Dockerfile", platform } },
    "build.dockerfile: could not open dockerfile at relative path Dockerfile; did you mean app/Dockerfile? The path is relative to the program, not to the context",
  ],
  [
    "an unknown context with the default Dockerfile",
    { build: { context: UNKNOWN, platform } },
    "build.dockerfile: could not open dockerfile at relative path Dockerfile; set build.dockerfile to a file, relative to the program",
  ],
  [
    "an unknown builder",
    { build: { context: "app", builderVersion: "V9", platform } },
    'build.builderVersion: "V9" is not a builder; use BuilderV1 or BuilderBuildKit',
  ],
  [
    "a cache without images",
    { build: { context: "app", cacheFrom: {}, platform } },
    "build.cacheFrom: it has no images; list them as {images: [...]}",
  ],
  [
    "a short name",
    { imageName: "app:1" },
    'imageName: "app:1" must be a fully qualified name; write its registry and repository in full, such as docker.io/user/app',
  ],
  [
    "a user's name of Docker Hub",
    { imageName: "user/app" },
    'imageName: "user/app" must be a fully qualified name; write its registry and repository in full, such as docker.io/user/app',
  ],
  [
    "an official name of Docker Hub",
    { imageName: "docker.io/nginx" },
    'imageName: "docker.io/nginx" must be a fully qualified name; write its registry and repository in full, such as docker.io/user/app',
  ],
  [
    "a short name with a cache",
    {
      imageName: "app",
      skipPush: true,
      build: { context: "app", platform, cacheFrom: { images: ["a"] } },
    },
    'imageName: "app" must be a fully qualified name; write its registry and repository in full, such as docker.io/user/app',
  ],
  ["a name that is none", { imageName: "App//x" }, '"App//x": invalid reference format'],
])("%s is refused", async (_title, news, message) => {
  await expect(
    check({
      imageName,
      build: news.build || !news.imageName ? {} : { context: "app", platform },
      ...news,
    }),
  ).rejects.toThrow(message);
});

test.each<[string, Properties]>([
  ["a name in full", { imageName: "localhost:5000/app" }],
  ["a short name that is not pushed", { imageName: "app", skipPush: true }],
  ["a short name with a server", { imageName: "app", registry: { server: "docker.io" } }],
  ["an unknown name", { imageName: UNKNOWN }],
])("%s is taken", async (_title, news) => {
  expect((await check({ build: { context: "app", platform }, ...news })).build).toHaveProperty(
    "contextDigest",
  );
});

test("the digest waits until context and Dockerfile are known", async () => {
  const build = { context: "app", dockerfile: UNKNOWN, platform };
  expect(await check({ imageName, build })).toEqual({ imageName, build });
});
