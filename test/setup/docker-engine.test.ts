import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { dockerEngine } from "../../setup/docker-engine.ts";
import { endpointCandidates } from "../../setup/engine-endpoint.ts";
import type { Machine } from "../../setup/machine.ts";
import { fakeEngine } from "./fake-engine.ts";
import { calm, fakeMachine, silent } from "./fake-machine.ts";

test.each([
  [
    "Linux",
    { platform: "linux", home: "/home/me", dockerSocket: "/var/run/docker.sock" },
    [
      "unix:///var/run/docker.sock",
      "unix:///home/me/.docker/run/docker.sock",
      "unix:///home/me/.docker/desktop/docker.sock",
    ],
  ],
  ["Windows", { platform: "win32" }, ["npipe:////./pipe/docker_engine"]],
  ["DOCKER_HOST", { env: { DOCKER_HOST: "tcp://far:2375" } }, ["tcp://far:2375"]],
] as const)("an engine is looked for as the docker plugin does: %s", (_what, machine, hosts) => {
  expect(endpointCandidates(fakeMachine(machine))).toEqual(hosts);
});

test("an engine that answers is taken as it is", async () => {
  const machine = fakeMachine();
  await fakeEngine(machine.dockerSocket);
  const host = `unix://${machine.dockerSocket}`;
  expect(await dockerEngine(machine).find()).toEqual({
    text: `29.1.0 at ${host}`,
    value: { host, version: "29.1.0", platform: "linux/arm64" },
  });
});

test("Docker Desktop's socket in the home folder is found", async () => {
  const machine = fakeMachine({ platform: "darwin" });
  const folder = join(machine.home, ".docker", "run");
  mkdirSync(folder, { recursive: true });
  await fakeEngine(join(folder, "docker.sock"));
  expect((await dockerEngine(machine).find())?.value.host).toBe(`unix://${folder}/docker.sock`);
});

const refusals: readonly [string, Partial<Machine>, string][] = [
  [
    "DOCKER_HOST",
    { env: { DOCKER_HOST: "tcp://127.0.0.1:1" } },
    "docker: no engine answers at tcp://127.0.0.1:1 (DOCKER_HOST); start it, or unset DOCKER_HOST to use the one on this machine",
  ],
  [
    "macOS",
    { platform: "darwin" },
    "docker: no engine answers; start Docker Desktop, or install it from https://docs.docker.com/get-started/get-docker/",
  ],
  [
    "Windows",
    { platform: "win32" },
    "docker: no engine answers; start Docker Desktop, or install it from https://docs.docker.com/get-started/get-docker/",
  ],
  [
    "Linux, not root",
    { distribution: "debian" },
    "docker: no engine answers; start it with sudo systemctl start docker, or install it as https://docs.docker.com/engine/install/ says",
  ],
  [
    "root on another Linux without an engine",
    { isRoot: true },
    "docker: no engine answers; start it with sudo systemctl start docker, or install it as https://docs.docker.com/engine/install/ says",
  ],
];

test.each(refusals)("where it cannot be started it says how to: %s", async (_what, where, said) => {
  await expect(dockerEngine(fakeMachine(where)).bring(silent, calm)).rejects.toThrow(said);
});

test("a context of the docker CLI that Pulumi does not read is named with the way out", async () => {
  const machine = fakeMachine({ platform: "darwin" });
  const id = createHash("sha256").update("colima").digest("hex");
  const meta = join(machine.home, ".docker", "contexts", "meta", id);
  mkdirSync(meta, { recursive: true });
  writeFileSync(
    join(machine.home, ".docker", "config.json"),
    JSON.stringify({ currentContext: "colima" }),
  );
  writeFileSync(
    join(meta, "meta.json"),
    JSON.stringify({ Endpoints: { docker: { Host: "unix:///colima.sock" } } }),
  );
  await expect(dockerEngine(machine).bring(silent, calm)).rejects.toThrow(
    "your docker CLI uses the context colima, which Pulumi does not read: export DOCKER_HOST=unix:///colima.sock",
  );
});

/** A dockerd that answers on the machine's socket for as long as the test runs. */
const DOCKERD = `exec "$NODE" -e '
  require("node:http").createServer((request, response) =>
    response.end(JSON.stringify({ Version: "20.10.24", Os: "linux", Arch: "amd64" })),
  ).listen(process.env.FOLDER + "/docker.sock");
  setInterval(() => require("node:fs").existsSync(process.env.FOLDER) || process.exit(), 100);'`;

test("root on Debian installs the engine's packages and starts it", async () => {
  const questions: string[] = [];
  const machine = fakeMachine({
    isRoot: true,
    distribution: "debian",
    confirm: async (question) => questions.push(question) > 0,
  });
  Object.assign(machine.env, { NODE: process.execPath });
  const dockerd = machine.command("dockerd", DOCKERD);
  chmodSync(dockerd, 0o644);
  machine.command("dpkg", 'echo "dpkg $@" >> $FOLDER/asked');
  machine.command(
    "apt-get",
    `echo "apt-get $DEBIAN_FRONTEND $@" >> $FOLDER/asked
     test -e $FOLDER/updated && chmod +x ${dockerd} && exit 0
     case "$*" in *update) touch $FOLDER/updated; exit 0;; esac
     exit 100`,
  );
  const { text, value } = await dockerEngine(machine).bring(silent, calm);
  expect({ text, value }).toEqual({
    text: `20.10.24 at unix://${machine.dockerSocket}, installed from Debian's packages and started`,
    value: {
      host: `unix://${machine.dockerSocket}`,
      version: "20.10.24",
      platform: "linux/amd64",
    },
  });
  expect(questions).toEqual(["Install the Debian packages docker.io iptables (docker)?"]);
  const apt = "apt-get noninteractive -o DPkg::Lock::Timeout=300 -q -y";
  expect(readFileSync(join(machine.folder, "asked"), "utf8").trim().split("\n")).toEqual([
    "dpkg --configure -a",
    `${apt} install --no-install-recommends docker.io iptables`,
    `${apt} update`,
    `${apt} install --no-install-recommends docker.io iptables`,
  ]);
});

test("two at once start one engine", async () => {
  const machine = fakeMachine({ isRoot: true });
  Object.assign(machine.env, { NODE: process.execPath });
  machine.command("dockerd", `echo started >> $FOLDER/starts\n${DOCKERD}`);
  const both = await Promise.all([1, 2].map(() => dockerEngine(machine).bring(silent, calm)));
  expect(both.map(({ value }) => value.version)).toEqual(["20.10.24", "20.10.24"]);
  expect(readFileSync(join(machine.folder, "starts"), "utf8")).toBe("started\n");
});

test("where systemd runs it starts the engine", async () => {
  const machine = fakeMachine({ isRoot: true, hasSystemd: true });
  Object.assign(machine.env, { NODE: process.execPath });
  machine.command("dockerd", DOCKERD);
  machine.command("systemctl", 'echo "$@" > $FOLDER/asked; dockerd > /dev/null 2>&1 &');
  const { text } = await dockerEngine(machine).bring(silent, calm);
  expect(text).toBe(`20.10.24 at unix://${machine.dockerSocket}, started`);
  expect(readFileSync(join(machine.folder, "asked"), "utf8")).toBe("start docker\n");
});

test("an engine that ends before it answers is shown with the last lines of its log", async () => {
  const machine = fakeMachine({ isRoot: true });
  machine.command("dockerd", "echo no room left on the device; exit 1");
  const log = join(machine.cache, "dockerd.log");
  await expect(dockerEngine(machine).bring(silent, calm)).rejects.toThrow(
    `docker: the engine ended before it answered; see ${log}, which ends with:\n  no room left on the device`,
  );
});

test("who says no is told what to install", async () => {
  const machine = fakeMachine({ isRoot: true, distribution: "debian", confirm: async () => false });
  await expect(dockerEngine(machine).bring(silent, calm)).rejects.toThrow(
    "docker: not installed; run apt-get install docker.io iptables yourself",
  );
});
