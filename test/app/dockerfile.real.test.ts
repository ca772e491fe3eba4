import { once } from "node:events";
import { appendFile, cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answeringUrl, Bench, docker, layers, until } from "./app-image.ts";

// The app's one Dockerfile, built and run in the real engine. Alpine bases cannot be tested where no registry is reached.

const app = fileURLToPath(new URL("../../app", import.meta.url));
const release = {
  app_commit: "a".repeat(40),
  app_branch: "feature/x",
  app_version: "1.2.3",
  app_source: "https://example.com/team/app",
  app_created: "2026-01-02T03:04:05Z",
};
const bench = new Bench();
let context: string;
let production: string;

beforeAll(async () => {
  context = await mkdtemp(join(tmpdir(), "slipway-app-"));
  await cp(app, context, { recursive: true });
  for (const name of [".env", ".git", "src/.env", "src/.git", "src/local.env"])
    await writeFile(join(context, name), "secret");
  production = await bench.build(context, { buildargs: release });
}, 300_000);

afterAll(async () => {
  await bench.clear();
  await rm(context, { recursive: true, force: true });
}, 60_000);

describe("the production image", () => {
  test("carries the release in labels and environment, and runs as a fixed user", async () => {
    const { Config } = await docker.getImage(production).inspect();
    const labels = Object.entries(Config.Labels).filter(([name]) => name.startsWith("org."));
    expect(Object.fromEntries(labels)).toEqual({
      "org.opencontainers.image.created": "2026-01-02T03:04:05Z",
      "org.opencontainers.image.revision": "a".repeat(40),
      "org.opencontainers.image.source": "https://example.com/team/app",
      "org.opencontainers.image.version": "1.2.3",
    });
    expect(Config.Env).toEqual(
      expect.arrayContaining([
        `app_commit=${"a".repeat(40)}`,
        "app_branch=feature/x",
        "APP_VERSION=1.2.3",
      ]),
    );
    expect(Config).toMatchObject({
      User: "10001:10001",
      Cmd: ["python", "serve.py"],
      ExposedPorts: { "8000/tcp": {} },
      StopSignal: "SIGTERM",
    });
  });

  test("holds the app and its dependencies and nothing else", async () => {
    const files = await bench.runToEnd(production, ["find", "/app", "-type", "f"]);
    expect(files.output.trim().split("\n").sort()).toEqual([
      "/app/requirements.txt",
      "/app/src/gunicorn.conf.py",
      "/app/src/main.py",
      "/app/src/prompt_worker.py",
      "/app/src/serve.py",
      "/app/src/settings.py",
      "/app/src/templates/error.html",
      "/app/src/templates/page.html",
      "/app/src/templates/release.html",
    ]);
    const tools = "pytest black isort pycodestyle debugpy inotify watchfiles";
    const found = `import importlib.util\nfor name in '${tools}'.split(): print(importlib.util.find_spec(name))`;
    const { output } = await bench.runToEnd(production, ["python", "-c", found]);
    expect(output).toBe("None\n".repeat(7));
  });

  test("is at most 25 MB larger than its base", async () => {
    const [image, base] = await Promise.all(
      [production, "python:3.12-slim"].map((name) => docker.getImage(name).inspect()),
    );
    expect((image?.Size ?? 0) - (base?.Size ?? 0)).toBeLessThanOrEqual(25e6);
  });

  test("has the same layers for another commit", async () => {
    const buildargs = { ...release, app_commit: "b".repeat(40), app_branch: "main" };
    const other = await bench.build(context, { buildargs });
    expect(other).not.toBe(production);
    expect(await layers(other)).toEqual(await layers(production));
  });

  test("differs in its last layer alone when a line of the app changed", async () => {
    const changed = await mkdtemp(join(tmpdir(), "slipway-app-"));
    await cp(app, changed, { recursive: true });
    await appendFile(join(changed, "src/main.py"), "# One line more.\n");
    const [before, after] = [
      await layers(production),
      await layers(await bench.build(changed, { buildargs: release })),
    ];
    await rm(changed, { recursive: true });
    expect(after.slice(0, -1)).toEqual(before.slice(0, -1));
    expect(after.at(-1)).not.toBe(before.at(-1));
  });

  // Tried again where the machine is busy; waiting for the connection would always take 2 s and more.
  test("stops by itself at once, also with a connection open", { retry: 4 }, async () => {
    const container = await bench.run(production);
    const { port } = new URL(await answeringUrl(container));
    const connection = connect(Number(port), "127.0.0.1");
    connection.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await once(connection, "data");
    const began = performance.now();
    const ended = container.wait();
    await container.kill({ signal: "SIGTERM" });
    expect(await ended).toMatchObject({ StatusCode: 0 });
    expect(performance.now() - began).toBeLessThan(1900);
    connection.destroy();
  });

  test("answers on PORT, turns healthy there and reports nothing as an error", async () => {
    const options = { Env: ["PORT=9000"], Healthcheck: { Interval: 1e9 } };
    const container = await bench.run(production, options, "9000/tcp");
    const answer = await fetch(await answeringUrl(container));
    expect(await answer.json()).toEqual({ commit: "a".repeat(40), branch: "feature/x" });
    await until("the container is healthy", async () => {
      const { State } = await container.inspect();
      return State.Health?.Status === "healthy";
    });
    const logs = (await container.logs({ stdout: true, stderr: true })).toString();
    expect(logs.split("\n").filter((line) => /error|warning/i.test(line))).toEqual([]);
  });

  test("refuses a setting it cannot use in one line", async () => {
    expect(await bench.runToEnd(production, undefined, ["PORT=http"])).toEqual({
      code: 1,
      output:
        "PORT: 'http' is not a whole number from 1 to 65535; set one, or leave it unset for 8000\n",
    });
  });
});

describe("build arguments", () => {
  test("may be absent: the commit is then unknown", async () => {
    const container = await bench.run(await bench.build(context));
    const answer = await fetch(await answeringUrl(container));
    expect(await answer.json()).toEqual({ commit: "unknown", branch: "unknown" });
  });

  test.each([
    ["long", `feature/${"x".repeat(292)}`],
    ["quoted", 'it\'s "quoted" $HOME $(id) \n'],
    ["unicode", "zweig/grün-枝-🌿"],
  ])("arrive unharmed: a %s branch", async (_, branch) => {
    const image = await bench.build(context, { buildargs: { ...release, app_branch: branch } });
    const answer = await fetch(await answeringUrl(await bench.run(image)));
    expect(await answer.json()).toEqual({ commit: "a".repeat(40), branch });
  });
});

describe("the other stages", () => {
  test("development serves and reloads", async () => {
    const image = await bench.build(context, { target: "development" });
    const container = await bench.run(image);
    const answer = await fetch(await answeringUrl(container));
    expect(await answer.json()).toEqual({ commit: "unknown", branch: "unknown" });
    const logs = (await container.logs({ stdout: true, stderr: true })).toString();
    expect(logs).toContain("Reloader is on.");
  }, 300_000);

  test("test runs the app's tests", async () => {
    const image = await bench.build(context, { target: "test" });
    const container = await bench.run(image, { HostConfig: { Tmpfs: { "/tmp": "" } } });
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    const logs = (await container.logs({ stdout: true, stderr: true })).toString();
    expect(StatusCode, logs).toBe(0);
  }, 300_000);

  test.each([[["black", "--check", "."]], [["isort", "--check", "."]], [["pycodestyle", "."]]])(
    "test has the linters, and they find nothing: %j",
    async (command) => {
      const image = await bench.build(context, { target: "test" });
      const { code, output } = await bench.runToEnd(image, command);
      expect(code, output).toBe(0);
    },
  );

  test("debug waits for a debugger, and stops at once when told", async () => {
    const image = await bench.build(context, { target: "debug" });
    const { Config } = await docker.getImage(image).inspect();
    expect(Config).toMatchObject({
      ExposedPorts: { "5678/tcp": {}, "8000/tcp": {} },
      StopSignal: "SIGINT",
    });
    const container = await bench.run(image);
    await until("the debugger listens", async () => {
      const execution = await container.exec({
        Cmd: ["grep", "-q", "^ *[0-9]*: 00000000:162E 00000000:0000 0A ", "/proc/net/tcp"],
      });
      await execution.start({ Detach: true });
      return (await execution.inspect()).ExitCode === 0;
    });
    const ended = container.wait();
    await container.kill({ signal: "SIGINT" });
    expect(await ended).toMatchObject({ StatusCode: 130 });
  }, 300_000);
});
