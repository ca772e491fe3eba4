import { expect, test } from "vitest";
import { builderHere } from "./builder-here.ts";

const here = await builderHere({
  slots: 2,
  baseImages: ["python:3.12-slim", "registry.invalid/*"],
});

/** What a Python program in a build prints, line by line. */
async function printed(...program: string[]): Promise<readonly string[]> {
  const dockerfile = ["FROM python:3.12-slim", "RUN python3 <<EOF", ...program, "EOF", ""];
  const { log, error } = await here.build(dockerfile.join("\n"));
  expect(error).toBeUndefined();
  return log.filter((line) => line.startsWith("out: ")).map((line) => line.slice("out: ".length));
}

test("the addresses at which clouds hand out credentials cannot be reached", async () => {
  const addresses = ["169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16"];
  const lines = await printed(
    "import errno, socket",
    `for address in ${JSON.stringify(addresses)}:`,
    "  s = socket.socket()",
    "  s.settimeout(3)",
    "  print(address, errno.errorcode.get(s.connect_ex((address, 80))))",
  );
  expect(lines).toEqual(addresses.map((address) => `${address} EHOSTUNREACH`));
});

test("the engine's machine is not reached by its address on the builders' network", async () => {
  const { NetworkSettings } = await here.engine.getContainer(await here.container(0)).inspect();
  const [{ Gateway } = { Gateway: "" }] = Object.values(NetworkSettings.Networks);
  expect(Gateway).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
  const lines = await printed(
    "import errno, socket",
    "s = socket.socket()",
    "s.settimeout(3)",
    `print(errno.errorcode.get(s.connect_ex((${JSON.stringify(Gateway)}, 22))))`,
  );
  expect(lines).toEqual(["EHOSTUNREACH"]);
});

test("builders do not reach each other", async () => {
  const { NetworkSettings } = await here.engine.getContainer(await here.container(1)).inspect();
  const [{ IPAddress } = { IPAddress: "" }] = Object.values(NetworkSettings.Networks);
  expect(IPAddress).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
  const lines = await printed(
    "import socket",
    "s = socket.socket()",
    "s.settimeout(2)",
    "try:",
    `  s.connect((${JSON.stringify(IPAddress)}, 9))`,
    "  print('reached')",
    // Refused would mean that the packet had arrived.
    "except ConnectionRefusedError: print('reached')",
    "except OSError as error: print(type(error).__name__)",
  );
  expect(lines).toEqual(["TimeoutError"]);
});

test("a build has neither more rights than usual nor sight of the builder", async () => {
  const lines = await printed(
    "import glob, os",
    "status = dict(line.split(':\\\\t') for line in open('/proc/self/status') if ':\\\\t' in line)",
    "print('seccomp', status['Seccomp'].strip())",
    "print('sys_admin', bool(int(status['CapEff'], 16) & 1 << 21))",
    "print('net_admin', bool(int(status['CapEff'], 16) & 1 << 12))",
    "print('first process', open('/proc/1/comm').read().strip())",
    "print('sockets', [p for p in ('/var/run/docker.sock', '/run/buildkit/buildkitd.sock', '/run/slipway') if os.path.exists(p)])",
    "try: open(glob.glob('/sys/fs/cgroup/**/cgroup.procs', recursive=True)[0], 'w')",
    "except OSError as error: print('cgroups', error.strerror)",
  );
  expect(lines).toEqual([
    "seccomp 2",
    "sys_admin False",
    "net_admin False",
    "first process sh",
    "sockets []",
    "cgroups Read-only file system",
  ]);
});

test("a build finds no credentials, neither the service's variables nor a file with logins", async () => {
  const lines = await printed(
    "import glob, os",
    "print(sorted(os.environ))",
    "print([p for p in glob.glob('/root/.*') + glob.glob('/run/secrets/*') if 'docker' in p or 'secrets' in p])",
  );
  expect(lines).toEqual([expect.not.stringMatching(/DOCKER|TOKEN|PASSWORD|BUILD/), "[]"]);
});

test("the base image's own packages can be had: the network leads out", async () => {
  const lines = await printed(
    "import subprocess",
    "print(subprocess.run('pip download -q --no-deps -d /tmp six==1.17.0', shell=True).returncode)",
  );
  expect(lines).toEqual(["0"]);
});

test.each([
  ["FROM evil\n", "FROM evil:latest"],
  ["FROM python:3.11\n", "FROM python:3.11"],
  ["FROM python:3.12-slim\nCOPY --from=evil/tool:1 / /\n", "FROM evil/tool:1"],
  [
    "FROM python:3.12-slim\nRUN --mount=from=evil.example/x,target=/x true\n",
    "FROM evil.example/x:latest",
  ],
  ["ARG B=evil\nFROM $B\n", "FROM evil:latest"],
])(
  "an image that is not on the list is refused, wherever it is named: %j",
  async (dockerfile, named) => {
    expect((await here.build(dockerfile)).error).toBe(
      `StepFailed: ${named}: is not among the base images that this builder allows (python:3.12-slim, registry.invalid/*)`,
    );
  },
);

test("one that the list's pattern allows is asked for", async () => {
  expect((await here.build("FROM registry.invalid/a/b\n")).error).toMatch(
    /^StepFailed: registry.invalid\/a\/b: failed to resolve source metadata/,
  );
});

test.each([
  ["# syntax=evil/frontend\nFROM scratch\n", {}],
  ["FROM scratch\n", { BUILDKIT_SYNTAX: "evil/frontend" }],
])("a frontend that is not on the list is refused: %j %j", async (dockerfile, args) => {
  expect(await here.build(dockerfile, { order: { args } })).toEqual({
    error:
      "StepFailed: # syntax=evil/frontend: is not among the frontends that this builder allows (docker/dockerfile)",
    log: [],
  });
});

test("one that is on the list is BuildKit's own, which needs no registry", async () => {
  const { error, log } = await here.build(
    "# syntax=docker/dockerfile:1\nFROM python:3.12-slim\nRUN <<EOF\necho here\nEOF\n",
  );
  expect({ error, said: log.filter((line) => line.startsWith("out: ")) }).toEqual({
    error: undefined,
    said: ["out: here"],
  });
});

test("what one client keeps in a cache mount, another does not find", async () => {
  const look =
    "FROM python:3.12-slim\nARG N\nRUN --mount=type=cache,target=/c ls /c; touch /c/mine\n";
  const found: string[] = [];
  for (const [index, client] of ["one", "two", "one"].entries()) {
    const { log } = await here.build(look, { client, order: { args: { N: `${index}` } } });
    found.push(log.filter((line) => line.startsWith("out: ")).join());
  }
  expect(found).toEqual(["", "", "out: mine"]);
});

test.each([
  ["RUN --security=insecure true", /insecure/],
  ["RUN --network=host true", /network\.host/],
])("a right that is not given cannot be asked for: %s", async (instruction, why) => {
  const { error } = await here.build(`FROM python:3.12-slim\n${instruction}\n`);
  expect(error).toMatch(/^StepFailed: /);
  expect(error).toMatch(why);
});
