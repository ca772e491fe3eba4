import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { storedCredentials } from "../../../../rehearsal/providers/docker/credentials.ts";
import { pushCredentials } from "../../../../rehearsal/providers/docker/push-credentials.ts";
import {
  plainHosts,
  readRegistryAuth,
} from "../../../../rehearsal/providers/docker/registry-auth.ts";

let root: string;
let env: NodeJS.ProcessEnv;
const hub = "https://index.docker.io/v1/";
const auth = (pair: string) => ({ auth: Buffer.from(pair).toString("base64") });

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "slipway-credentials-"));
  mkdirSync(join(root, "bin"));
  env = { DOCKER_CONFIG: root, PATH: [join(root, "bin"), "/usr/bin", "/bin"].join(delimiter) };
});
afterEach(() => rmSync(root, { recursive: true }));

const config = (content: object) =>
  writeFileSync(join(root, "config.json"), JSON.stringify(content));

/** A credential helper on PATH, as a shell script. */
function helper(name: string, script: string): void {
  const file = join(root, "bin", `docker-credential-${name}`);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

test("what the file holds is found under the key of its registry", async () => {
  config({
    auths: {
      "docker.io": auth("me:secret:with:colons"),
      "gcr.io": { username: "u", password: "p" },
      "empty.example": {},
    },
  });
  expect([...(await storedCredentials(env, () => {}))]).toEqual([
    [hub, { username: "me", password: "secret:with:colons" }],
    ["gcr.io", { username: "u", password: "p" }],
  ]);
});

test("no file and no helper is no credentials", async () => {
  expect([...(await storedCredentials({ ...env, PATH: join(root, "bin") }, () => {}))]).toEqual([]);
});

test("the default store is read whole, and its failure is told", async () => {
  config({ credsStore: "toy" });
  helper(
    "toy",
    'if [ "$1" = list ]; then echo \'{"gcr.io":"u"}\'; else read server; echo "{\\"Username\\":\\"u\\",\\"Secret\\":\\"for $server\\"}"; fi',
  );
  expect([...(await storedCredentials(env, () => {}))]).toEqual([
    ["gcr.io", { username: "u", password: "for gcr.io" }],
  ]);
  helper("toy", "echo locked; exit 1");
  await expect(storedCredentials(env, () => {})).rejects.toThrow(
    'credential store "toy": locked; log in again or change credsStore in Docker\'s config.json',
  );
});

test("a helper of one registry that fails is a warning", async () => {
  config({ credHelpers: { "gcr.io": "toy", "ecr.example": "good" } });
  helper("toy", "echo expired; exit 1");
  helper("good", 'echo \'{"Username":"u","Secret":"s"}\'');
  const warn = vi.fn();
  expect([...(await storedCredentials(env, warn))]).toEqual([
    ["ecr.example", { username: "u", password: "s" }],
  ]);
  expect(warn.mock.calls).toEqual([['credential helper "toy" for gcr.io: expired']]);
});

test("the platform's store is used when nothing is written down and it is installed", async () => {
  const name =
    { darwin: "osxkeychain", win32: "wincred" }[process.platform as string] ?? "secretservice";
  helper(
    name,
    'if [ "$1" = list ]; then echo \'{"gcr.io":"u"}\'; else echo \'{"Username":"u","Secret":"s"}\'; fi',
  );
  expect([
    ...(await storedCredentials(
      { ...env, PATH: `${join(root, "bin")}${delimiter}/bin` },
      () => {},
    )),
  ]).toEqual([["gcr.io", { username: "u", password: "s" }]]);
});

test("a push takes both halves that it is given, else what is stored for the server, else for the name", () => {
  const stored = new Map([
    ["gcr.io", { username: "stored", password: "p" }],
    [hub, { username: "hub", password: "p" }],
  ]);
  const warn = vi.fn();
  const take = (imageName: string, registry = {}) =>
    pushCredentials({ imageName, registry }, stored, warn)?.value.username;
  expect(take("gcr.io/p/app", { username: "given", password: "p" })).toBe("given");
  expect(take("gcr.io/p/app")).toBe("stored");
  expect(take("gcr.io/p/app", { server: "docker.io" })).toBe("hub");
  expect(take("other.example/app")).toBeUndefined();
  expect(warn).not.toHaveBeenCalled();
  expect(take("gcr.io/p/app", { password: "p" })).toBe("stored");
  expect(warn.mock.calls).toEqual([
    ["registry.username: missing, so the credentials that Docker has stored for gcr.io are used"],
  ]);
});

test("registryAuth takes the first of its ways", async () => {
  config({ auths: { "file.example": auth("file:p") } });
  const entries = [
    { address: "http://open.example", authDisabled: true, username: "u" },
    { address: "https://user.example", username: "u", password: "p", configFileContent: "{}" },
    {
      address: "text.example",
      configFileContent: JSON.stringify({ auths: { "text.example": auth("text:p") } }),
    },
    { address: "file.example" },
    { address: "none.example" },
  ];
  const found = await readRegistryAuth(entries, env, root);
  expect([...found].map(([key, { username }]) => [key, username])).toEqual([
    ["open.example", "username"],
    ["user.example", "u"],
    ["text.example", "text"],
    ["file.example", "file"],
  ]);
  expect([...plainHosts(entries)]).toEqual(["open.example"]);
  const fromEnv = await readRegistryAuth(
    [{ address: "x.example" }],
    { ...env, DOCKER_REGISTRY_USER: "e", DOCKER_REGISTRY_PASS: "p" },
    root,
  );
  expect([...fromEnv]).toEqual([["x.example", { username: "e", password: "p" }]]);
});
