import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Image, type ImageArgs } from "@pulumi/docker/image.js";
import { Provider } from "@pulumi/docker/provider.js";
import * as pulumi from "@pulumi/pulumi";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { docker } from "../../engine.ts";
import { type PrivateRegistry, startPrivateRegistry } from "../../private-registry.ts";
import { type RehearsedStack, rehearsedStack } from "./rehearsed-stack.ts";

// `docker.Image` through the real engines of Pulumi and Docker, rule by rule of its contract.

let registry: PrivateRegistry;
let stack: RehearsedStack;
const platform = "linux/amd64";
const digest = /^sha256:[0-9a-f]{64}$/;

beforeAll(async () => {
  registry = await startPrivateRegistry();
});
afterAll(() => registry.remove());
beforeEach(async () => {
  stack = await rehearsedStack();
  stack.write("app/Dockerfile", "FROM scratch\nCOPY hello.txt /\n");
  // Of its own, so that no other run has it in the build cache.
  stack.write("app/hello.txt", stack.id);
});
afterEach(() => stack.dispose());

/** A program with one image named after the stack; the arguments are the test's. */
const program =
  (args: Partial<ImageArgs> = {}, options: pulumi.CustomResourceOptions = {}) =>
  async () => {
    const image = new Image(
      "web",
      { imageName: name(), build: { context: "app", platform }, ...args },
      options,
    );
    const { repoDigest, imageName, baseImageName, registryServer, context, dockerfile } = image;
    return {
      id: image.id,
      repoDigest,
      imageName,
      baseImageName,
      registryServer,
      context,
      dockerfile,
      platform: image.platform,
    };
  };

const name = (tag = "1") => `127.0.0.1:${registry.port}/${stack.id}:${tag}`;
const values = (outputs: Record<string, { value: unknown }>) =>
  Object.fromEntries(Object.entries(outputs).map(([key, { value }]) => [key, value]));

async function digestInRegistry(tag = "1"): Promise<string | null> {
  const answer = await fetch(`http://127.0.0.1:${registry.port}/v2/${stack.id}/manifests/${tag}`, {
    method: "HEAD",
    headers: { accept: "application/vnd.docker.distribution.manifest.v2+json" },
  });
  return answer.headers.get("docker-content-digest");
}

test("a preview knows no digest, an up builds and pushes, and nothing is noticed or removed afterwards", async () => {
  const preview = await stack.preview(program());
  expect(preview.steps).toEqual(["create web"]);
  expect(await digestInRegistry()).toBeNull();

  const up = await stack.up(program());
  const pushed = await digestInRegistry();
  expect(values(up.outputs)).toEqual({
    id: name(),
    imageName: name(),
    baseImageName: name(),
    registryServer: "",
    repoDigest: `127.0.0.1:${registry.port}/${stack.id}@${pushed}`,
    context: "app",
    dockerfile: "Dockerfile",
    platform,
  });
  expect(up.progress).toContain("[1/1] COPY hello.txt /");

  await docker.getImage(name()).remove({ force: true });
  expect(
    (await stack.up(program(), { refresh: true })).steps.filter(
      (step) => !step.startsWith("refresh"),
    ),
  ).toEqual([]);
  expect((await stack.destroy()).steps).toEqual(["delete web"]);
  expect(await digestInRegistry()).toBe(pushed);
});

test("a changed file, build argument or name is an update in place that keeps the id", async () => {
  const first = await stack.up(program());
  stack.write("app/hello.txt", "changed");
  expect((await stack.preview(program())).steps).toEqual(["update web: build"]);
  const second = await stack.up(program());
  expect(second.outputs.repoDigest?.value).not.toBe(first.outputs.repoDigest?.value);
  const renamed = await stack.up(program({ imageName: name("2") }));
  expect(renamed.steps).toEqual(["update web: imageName"]);
  expect(values(renamed.outputs)).toMatchObject({ id: name("1"), imageName: name("2") });
  expect(await digestInRegistry("2")).toMatch(digest);
});

test("the digest of the context heeds modes and the ignore file, but not times", async () => {
  await stack.up(program());
  writeFileSync(join(stack.folder, "app/hello.txt"), stack.id);
  stack.write("app/.dockerignore", ".dockerignore\nnotes.md\n");
  stack.write("app/notes.md", "left out");
  expect((await stack.preview(program())).steps).toEqual([]);
  chmodSync(join(stack.folder, "app/hello.txt"), 0o600);
  expect((await stack.preview(program())).steps).toEqual(["update web: build"]);
});

test("other credentials are no change, another server is", async () => {
  const registryOf = (password: string, server = "one.example") => ({
    registry: { server, username: "me", password },
    skipPush: true,
  });
  await stack.up(program(registryOf("first")));
  expect((await stack.preview(program(registryOf("second")))).steps).toEqual([]);
  expect((await stack.preview(program(registryOf("second", "two.example")))).steps).toEqual([
    "update web: registry",
  ]);
});

test("the inputs in the state are secret, password and all", async () => {
  const secret = pulumi.secret("very-secret-password");
  await stack.up(
    program({
      skipPush: true,
      registry: { server: "one.example", username: "me", password: secret },
    }),
  );
  const state = stack.state("web");
  expect(JSON.stringify(state)).not.toContain("very-secret-password");
  expect(Object.keys(state.outputs.__inputs as object)).toContain("ciphertext");
});

test("without a push the digest is the image's id in the engine", async () => {
  const { outputs } = await stack.up(program({ skipPush: true, imageName: stack.id }));
  const { Id } = await docker.getImage(stack.id).inspect();
  expect(outputs.repoDigest?.value).toBe(Id);
});

test("a preview builds only when it is told to and everything is known", async () => {
  const asked = program({ buildOnPreview: true, imageName: name("preview") });
  expect((await stack.preview(asked)).warnings).toEqual([]);
  expect((await docker.getImage(name("preview")).inspect()).Id).toMatch(digest);
  expect(await digestInRegistry("preview")).toBeNull();
  const unknown = await stack.preview(async () => {
    const first = new Image("first", {
      imageName: name("first"),
      build: { context: "app", platform },
    });
    const args = { digest: first.repoDigest };
    new Image("web", {
      imageName: name(),
      buildOnPreview: true,
      build: { context: "app", platform, args },
    });
  });
  expect(unknown.warnings).toEqual([
    "not all of imageName, context, dockerfile and args are known in this preview; it does not build",
  ]);
});

test("a Dockerfile may lie outside the context, and a stage and arguments be chosen", async () => {
  stack.write(
    "docker/web.Dockerfile",
    "FROM scratch AS small\nARG title\nLABEL title=$title\nCOPY hello.txt /\nFROM small\nLABEL last=1\n",
  );
  const build = {
    context: "app",
    dockerfile: "docker/web.Dockerfile",
    target: "small",
    args: { title: "chosen" },
    platform,
  };
  const { outputs } = await stack.up(program({ skipPush: true, imageName: stack.id, build }));
  expect(outputs.dockerfile?.value).toBe("docker/web.Dockerfile");
  expect((await docker.getImage(stack.id).inspect()).Config.Labels).toEqual({ title: "chosen" });
});

test("the classic builder builds too", async () => {
  const build = { context: "app", platform, builderVersion: "BuilderV1" as const };
  const { outputs, progress } = await stack.up(
    program({ skipPush: true, imageName: stack.id, build }),
  );
  expect(outputs.repoDigest?.value).toMatch(digest);
  expect(progress).toContain("Step 2/2 : COPY hello.txt /");
});

test("a failing step is shown with the last lines of its output and without a stack", async () => {
  stack.write("app/Dockerfile", "FROM python:3.12-slim AS base\nRUN seq 1 30 && false\n");
  const { succeeded, errors } = await stack.up(program());
  expect(succeeded).toBe(false);
  const [error = ""] = errors;
  expect(error).toContain("error reading build output:");
  expect(error).toMatch(/failed step: \[(?:base )?2\/2\] RUN seq 1 30 && false\n/);
  expect(
    error
      .trimEnd()
      .split("\n")
      .slice(-20)
      .map((line) => line.trim()),
  ).toContain("30");
  expect(error).not.toMatch(/^\s+at /m);
});

test("a registry that is not there fails the push, and the password is in no message", async () => {
  const refused = { username: "me", password: "very-secret-password" };
  const { errors, warnings } = await stack.up(
    program({ imageName: `127.0.0.1:1/${stack.id}:1`, registry: refused }),
  );
  expect(errors.join("\n")).toMatch(/push of 127\.0\.0\.1:1\/.*connection refused/);
  expect([...errors, ...warnings].join("\n")).not.toContain("very-secret-password");
});

test("half of the credentials is a warning, and the machine's own are used", async () => {
  const { warnings } = await stack.up(program({ registry: { username: "me" } }));
  expect(warnings).toEqual([
    `registry.password: missing, so the credentials that Docker has stored for 127.0.0.1:${registry.port} are used`,
  ]);
});

test("an image to take the cache from that cannot be had is a warning only", async () => {
  const cacheFrom = { images: [name("missing")] };
  const { succeeded, warnings } = await stack.up(
    program({ build: { context: "app", platform, cacheFrom } }),
  );
  expect(succeeded).toBe(true);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toMatch(/^cacheFrom .*:missing: .*; building without it$/);
});

test("what its check refuses ends the preview as one plain error", async () => {
  const { succeeded, errors } = await stack.preview(program({ imageName: "app:1" }));
  expect(succeeded).toBe(false);
  expect(errors[0]).toMatch(/^[^\n]*imageName: "app:1" must be a fully qualified name; [^\n]*$/);
});

test("an engine that does not answer ends a preview, also of an explicit provider", async () => {
  const { errors } = await stack.preview(async () => {
    const provider = new Provider("docker", { host: "tcp://127.0.0.1:1" });
    await program({}, { provider })();
  });
  expect(errors.join("\n")).toContain(
    "docker: failed to connect to any docker daemon (tried tcp://127.0.0.1:1); start Docker, or set DOCKER_HOST",
  );
});

test("a push can be redirected, while the outputs keep the name that was asked for", async () => {
  await stack.dispose();
  const redirect = (asked: string) =>
    asked.replace("registry.example/team", `127.0.0.1:${registry.port}`);
  stack = await rehearsedStack({ redirect });
  stack.write("app/Dockerfile", "FROM scratch\nLABEL redirected=1\n");
  const { outputs } = await stack.up(program({ imageName: `registry.example/team/${stack.id}:1` }));
  expect(outputs.repoDigest?.value).toBe(
    `registry.example/team/${stack.id}@${await digestInRegistry()}`,
  );
});

test("a cancelled up aborts the build within seconds", async () => {
  stack.write("app/Dockerfile", "FROM python:3.12-slim\nRUN sleep 120\n");
  const abort = new AbortController();
  let began = 0;
  const { succeeded } = await stack.up(program(), {
    signal: abort.signal,
    onProgress: (text) => {
      if (!text.includes("RUN sleep 120") || began) return;
      began = performance.now();
      abort.abort();
    },
  });
  expect(succeeded).toBe(false);
  expect(performance.now() - began).toBeLessThan(15_000);
});
