import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readSettings } from "../../builder/settings.ts";

const HASH = "a".repeat(64);

/** What reading throws, line by line. */
function problems(env: Record<string, string>, args: string[] = []): string[] {
  try {
    readSettings(env, args);
    return [];
  } catch (error) {
    return (error as Error).message.split("\n");
  }
}

function fileOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "slipway-tokens-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "tokens");
  writeFileSync(file, text);
  return file;
}

test("nothing set means this machine's own registry, loopback and modest limits", () => {
  expect(readSettings({}, [])).toEqual({
    settings: {
      role: "all",
      host: "127.0.0.1",
      port: 8000,
      folder: join(import.meta.dirname, "..", "..", ".slipway", "builder"),
      registry: { origin: "http://localhost:5055", prefix: "localhost:5055" },
      clients: [],
      engine: "unix:///var/run/docker.sock",
      slots: 2,
      buildLimits: {
        memory: 2 ** 30,
        cpus: 1,
        pids: 512,
        seconds: 900,
        logBytes: 16 * 2 ** 20,
        imageBytes: 2 * 2 ** 30,
        diskBytes: 4 * 2 ** 30,
      },
      uploadLimits: {
        dockerfileBytes: 512 * 2 ** 10,
        bodyBytes: 64 * 2 ** 20,
        contextBytes: 256 * 2 ** 20,
        contextFiles: 10_000,
        perMinute: 600,
        waiting: 2_000,
        running: 4,
      },
      baseImages: ["*"],
      frontends: ["docker/dockerfile", "docker/dockerfile-upstream"],
      logLevel: "info",
    },
    notices: [],
  });
});

test("every variable has its place", () => {
  const { settings } = readSettings(
    {
      HOST: "::1",
      PORT: "9000",
      DATABASE_URL: "postgres://database/builder",
      BUILDER_FOLDER: "/var/lib/builder",
      DOCKER_HOST: "tcp://engine:2375",
      BUILDKIT_HOST: "tcp://buildkit:1234",
      BUILDER_NAME: "east",
      BUILDER_SLOTS: "3",
      BUILDER_MEMORY: "512m",
      BUILDER_CPUS: "1.5",
      BUILDER_PIDS: "64",
      BUILDER_SECONDS: "60",
      BUILDER_LOG_BYTES: "1MiB",
      BUILDER_IMAGE_BYTES: "1g",
      BUILDER_DISK_BYTES: "1.5g",
      BUILDER_DOCKERFILE_BYTES: "1000",
      BUILDER_BODY_BYTES: "2k",
      BUILDER_CONTEXT_BYTES: "3k",
      BUILDER_CONTEXT_FILES: "4",
      BUILDER_PER_MINUTE: "5",
      BUILDER_WAITING: "6",
      BUILDER_RUNNING: "7",
      BUILDER_BASE_IMAGES: "python, ,debian:*",
      BUILDER_FRONTENDS: "docker/dockerfile",
      BUILDER_CALLBACK_SECRET: "s".repeat(32),
      LOG_LEVEL: "debug",
      app_commit: "c".repeat(40),
      app_branch: "main",
    },
    ["worker"],
    "unix:///found.sock",
  );
  expect(settings).toEqual({
    role: "worker",
    host: "::1",
    port: 9000,
    databaseUrl: "postgres://database/builder",
    folder: "/var/lib/builder",
    registry: { origin: "http://localhost:5055", prefix: "localhost:5055" },
    clients: [],
    engine: "tcp://engine:2375",
    buildkitHost: "tcp://buildkit:1234",
    name: "east",
    slots: 3,
    buildLimits: {
      memory: 512 * 2 ** 20,
      cpus: 1.5,
      pids: 64,
      seconds: 60,
      logBytes: 2 ** 20,
      imageBytes: 2 ** 30,
      diskBytes: 1.5 * 2 ** 30,
    },
    uploadLimits: {
      dockerfileBytes: 1000,
      bodyBytes: 2048,
      contextBytes: 3072,
      contextFiles: 4,
      perMinute: 5,
      waiting: 6,
      running: 7,
    },
    baseImages: ["python", "debian:*"],
    frontends: ["docker/dockerfile"],
    callbackSecret: "s".repeat(32),
    logLevel: "debug",
    release: { commit: "c".repeat(40), branch: "main" },
  });
});

test("a folder counts from where the builder is started", () => {
  const { settings } = readSettings({ BUILDER_FOLDER: "here/builder" }, []);
  expect(settings.folder).toBe(resolve("here", "builder"));
});

test("a worker answers nobody unless it is given a port", () => {
  const env = { DATABASE_URL: "postgres://database/builder" };
  expect(readSettings(env, ["worker"]).settings).not.toHaveProperty("port");
  expect(readSettings({ ...env, PORT: "9000" }, ["worker"]).settings.port).toBe(9000);
  expect(readSettings(env, ["api"]).settings.port).toBe(8000);
});

test("an empty variable is as good as none, and the engine is the one that was found", () => {
  const { settings } = readSettings({ PORT: "", DOCKER_HOST: "" }, [], "unix:///found.sock");
  expect([settings.port, settings.engine]).toEqual([8000, "unix:///found.sock"]);
});

describe("the registry", () => {
  const login = { username: "robot", password: "given" };
  const logins = { REGISTRY_USERNAME: "robot", REGISTRY_PASSWORD: "given" };
  const hub = { DOCKERHUB_USERNAME: "robot", DOCKERHUB_PASSWORD: "given" };

  test.each([
    [{ REGISTRY: "localhost:5000" }, { origin: "http://localhost:5000", prefix: "localhost:5000" }],
    [{ REGISTRY: "127.0.0.1:5000" }, { origin: "http://127.0.0.1:5000", prefix: "127.0.0.1:5000" }],
    [
      { REGISTRY: "gcr.io/acme/apps", ...logins },
      { origin: "https://gcr.io", prefix: "gcr.io/acme/apps", login },
    ],
    [
      { REGISTRY: "http://registry:5000/" },
      { origin: "http://registry:5000", prefix: "registry:5000" },
    ],
    [
      { REGISTRY: "docker.io/acme" },
      { origin: "https://registry-1.docker.io", prefix: "docker.io/acme" },
    ],
    [hub, { origin: "https://registry-1.docker.io", prefix: "docker.io/robot", login }],
    [
      { ...hub, DOCKERHUB_NAMESPACE: "acme" },
      { origin: "https://registry-1.docker.io", prefix: "docker.io/acme", login },
    ],
  ])("%j is where images go", (env, registry) => {
    expect(readSettings(env, [])).toMatchObject({ settings: { registry }, notices: [] });
  });

  test("a namespace with capitals is used without them, and that is said", () => {
    const { settings, notices } = readSettings({ ...hub, DOCKERHUB_NAMESPACE: "Acme" }, []);
    expect(settings.registry.prefix).toBe("docker.io/acme");
    expect(notices).toEqual([
      'DOCKERHUB_NAMESPACE: "Acme" is used as "acme": names of images have no capitals',
    ]);
  });

  test("REGISTRY wins over Docker Hub, and that is said", () => {
    const { settings, notices } = readSettings({ ...hub, REGISTRY: "localhost:5000" }, []);
    expect(settings.registry).toEqual({
      origin: "http://localhost:5000",
      prefix: "localhost:5000",
    });
    expect(notices).toEqual([
      "REGISTRY: localhost:5000 takes the images; the variables of Docker Hub are not used",
    ]);
  });
});

describe("tokens", () => {
  const line = (name: string, more = "") => `${name} ${HASH}${more}`;

  test("come from a file and from a variable", () => {
    const file = fileOf(`# who builds\n\n${line("ci")} # the pipeline\n${line("ops", " admin")}\n`);
    const env = { BUILDER_TOKENS_FILE: file, BUILDER_TOKENS: line("dev"), HOST: "0.0.0.0" };
    expect(readSettings(env, []).settings.clients).toEqual([
      { name: "ci", tokenHash: HASH, isAdmin: false },
      { name: "ops", tokenHash: HASH, isAdmin: true },
      { name: "dev", tokenHash: HASH, isAdmin: false },
    ]);
  });

  const form =
    'write NAME SHA256, or NAME SHA256 admin, as "npm run builder -- token NAME" prints it; names are lower-case letters, digits and - . _';

  test.each([
    ["ci slw_inclear", [`BUILDER_TOKENS, entry 1: names no client and hash; ${form}`]],
    [`${line("ci")},${line("ci")}`, ['BUILDER_TOKENS, entry 2: "ci" is there twice; take one out']],
    [
      line("anybody"),
      ['BUILDER_TOKENS, entry 1: "anybody" is who orders without tokens; use another name'],
    ],
    [" , ", [`BUILDER_TOKENS: names nobody; ${form}`]],
  ])("in the form %s are refused", (text, expected) => {
    expect(problems({ BUILDER_TOKENS: text })).toEqual(expected);
  });

  test("in a file that is not there are refused", () => {
    expect(problems({ BUILDER_TOKENS_FILE: "/nowhere/tokens" })).toEqual([
      "BUILDER_TOKENS_FILE: /nowhere/tokens cannot be read (ENOENT); name a file of lines NAME SHA256",
    ]);
  });
});

test.each([
  [{ PORT: "80a" }, '"80a" is not a whole number from 0 to 65535; mend it'],
  [{ PORT: "65536" }, '"65536" is not a whole number from 0 to 65535; mend it'],
  [{ BUILDER_CPUS: "0" }, '"0" is not a number from 0.1 to 256; mend it'],
  [{ BUILDER_MEMORY: "much" }, '"much" is no size; write it in bytes or like 512m and 2g'],
  [{ BUILDER_MEMORY: "1m" }, '"1m" is out of bounds; use 67108864 bytes or more'],
  [
    { BUILDER_CALLBACK_SECRET: "short" },
    "is shorter than 32 characters; make one with openssl rand -hex 32",
  ],
  [{ LOG_LEVEL: "loud" }, "is no level; use one of fatal, error, warn, info, debug, trace, silent"],
  [
    { DATABASE_URL: "mysql://x" },
    "is no address of a Postgres; use the form postgres://HOST/DATABASE",
  ],
  [
    { BUILDKIT_HOST: "buildkit:1234" },
    "is no address of a BuildKit; use the form tcp://HOST:PORT or unix:///PATH",
  ],
  [{ BUILDER_FOLDER: "/a,b" }, "/a,b has a comma in it; name a folder without one"],
  ...["BUILDER_BASE_IMAGES", "BUILDER_FRONTENDS"].map((name): [object, string] => [
    { [name]: "python, *.example.com/base" },
    '"*.example.com/base" has * in its host, and so could allow any; write the host out, as in docker.io/acme*, or use * alone',
  ]),
  [
    { REGISTRY: "Registry.example/A" },
    "is no registry; use the form HOST[:PORT][/PATH] in lower-case letters, with http:// or https:// before it if need be, and put the login into REGISTRY_USERNAME and REGISTRY_PASSWORD",
  ],
  [
    { HOST: "0.0.0.0" },
    '0.0.0.0 can be reached from elsewhere, and there are no tokens; make one with "npm run builder -- token NAME" and set BUILDER_TOKENS_FILE, or take HOST away',
  ],
])("%j is refused", (env, message) => {
  expect(problems(env as Record<string, string>)).toEqual([`${Object.keys(env)[0]}: ${message}`]);
});

test.each([
  [
    { REGISTRY: "localhost:5000", REGISTRY_USERNAME: "robot" },
    "REGISTRY_PASSWORD: required with REGISTRY_USERNAME; set both or neither",
  ],
  [
    { DOCKERHUB_NAMESPACE: "acme" },
    "DOCKERHUB_USERNAME: required with DOCKERHUB_NAMESPACE; set it and DOCKERHUB_PASSWORD, or take both away",
  ],
])("half a login is refused: %j", (env, message) => {
  expect(problems(env as Record<string, string>)).toEqual([message]);
});

test.each([
  [
    ["api"],
    "DATABASE_URL: required for the role api; name the Postgres that all processes share, or use the role all",
  ],
  [
    ["worker"],
    "DATABASE_URL: required for the role worker; name the Postgres that all processes share, or use the role all",
  ],
  [["boss"], "boss: is no role; use one of all, api, worker"],
  [["all", "api"], "all api: is no role; use one of all, api, worker"],
])("the arguments %j alone are refused", (args, message) => {
  expect(problems({}, args)).toEqual([message]);
});

test("all problems are told at once", () => {
  expect(problems({ PORT: "x", REGISTRY: "?", BUILDER_TOKENS: "x", LOG_LEVEL: "x" })).toEqual([
    expect.stringMatching(/^PORT: /),
    expect.stringMatching(/^LOG_LEVEL: /),
    expect.stringMatching(/^REGISTRY: /),
    expect.stringMatching(/^BUILDER_TOKENS, entry 1: /),
  ]);
});
