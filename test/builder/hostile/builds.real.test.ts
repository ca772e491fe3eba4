import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWholeService, type WholeService } from "./whole-service.ts";

// What is built with ill intent, by the whole service: each ends with words, those beside it complete, nothing stays.

const base = "FROM python:3.12-slim\n";
const python = (...lines: string[]) => `${base}RUN python3 <<EOF\n${lines.join("\n")}\nEOF\n`;
/** Tries what must not work, and fails the build if it does. */
const fails = (command: string) => `${base}RUN ! (${command}) && echo denied\n`;

const tooMuchLog = /^log: the build wrote more than 1 MiB; /;

/** Builds that fail, and why. */
const failing: Readonly<Record<string, readonly [dockerfile: string, error: RegExp]>> = {
  "a fork bomb": [
    python("import os", "while True:", "  try: os.fork()", "  except OSError: pass"),
    /^pids: the build ran into its limit of 128 processes and threads; /,
  ],
  "endless output": [`${base}RUN yes\n`, tooMuchLog],
  // Of a giant line little is kept, but all of it counts.
  "a line without end": [`${base}RUN tr '\\0' x < /dev/zero\n`, tooMuchLog],
  "an endless step": [`${base}RUN sleep infinity\n`, /^time: the build took longer than 60 s; /],
  "a step that ignores being told to end": [
    python(
      "import signal, time",
      "for s in range(1, 32):",
      "  try: signal.signal(s, signal.SIG_IGN)",
      "  except OSError: pass",
      "time.sleep(10_000)",
    ),
    /^time: the build took longer than 60 s; /,
  ],
  "all memory": [
    python("x = bytearray(600 * 2**20)"),
    /^memory: the build ran into its limit of 256 MiB; /,
  ],
  "all of the disk": [
    `${base}RUN dd if=/dev/zero of=/x bs=1M count=4000; sleep 50\n`,
    /^disk: the build wrote more than 400 MiB; /,
  ],
  "an image that is too large": [
    `${base}RUN head -c 90M /dev/urandom > /x\n`,
    /^image: its layers take .+, more than 100 MiB; /,
  ],
  "a forbidden image by an argument": [
    "ARG B=evil/image\nFROM $B\n",
    /^FROM evil\/image:latest: is not among the base images that this builder allows/,
  ],
  "a forbidden image to copy from": [
    `${base}COPY --from=evil/image /x /x\n`,
    /^FROM evil\/image:latest: is not among the base images that this builder allows/,
  ],
  "a forbidden image to mount": [
    `${base}RUN --mount=from=evil/image,target=/x ls /x\n`,
    /^FROM evil\/image:latest: is not among the base images that this builder allows/,
  ],
  "a right that nobody has": [`${base}RUN --security=insecure true\n`, /insecure/],
  "the machine's network": [`${base}RUN --network=host true\n`, /network\.host/],
  "the metadata of the cloud": [
    `${base}ADD http://169.254.169.254/latest/meta-data/ /x\n`,
    /169\.254\.169\.254/,
  ],
  "a file outside of the context": [`${base}COPY ../../../etc/shadow /x\n`, /etc\/shadow/],
  "a secret that does not exist": [
    `${base}RUN --mount=type=secret,id=x,required=true cat /run/secrets/x\n`,
    /secret x: not found|x: not found/,
  ],
  "a key that does not exist": [`${base}RUN --mount=type=ssh,required=true true\n`, /ssh/i],
  "a stage for whoever builds on it": [`${base}ONBUILD FROM evil/image\n`, /ONBUILD/],
  "an instruction that does not exist": [`${base}EVIL x\n`, /unknown instruction: EVIL/],
  "a Dockerfile that calls itself": ["FROM a AS b\nFROM b AS a\n", /.+/],
};

/** Builds that succeed because what they try is denied; each says so. */
const denied: Readonly<Record<string, (registryPort: number) => string>> = {
  "the builder's own files": () => fails("ls /var/lib/buildkit /run/buildkit /etc/buildkit"),
  "the engine's socket": () => fails("ls /var/run/docker.sock"),
  "a mount": () => fails("mount -t tmpfs none /mnt"),
  "a disk of the machine": () => fails("mknod /d b 8 0 && head -c 1 /d"),
  "the kernel's switches": () =>
    fails("echo h > /proc/sysrq-trigger || echo 1 > /proc/sys/kernel/panic"),
  "its own limits": () =>
    fails(
      "for f in memory/memory.limit_in_bytes memory/tasks memory.max cgroup.procs; do [ -e /sys/fs/cgroup/$f ] && echo 1 > /sys/fs/cgroup/$f && exit; done; false",
    ),
  "the machine's first process": () => fails("ls /proc/1/root/var/lib/buildkit"),
  "the registry, to push into": (port) =>
    python(
      "import socket, struct, urllib.request",
      "gate = [l.split()[2] for l in open('/proc/net/route') if l.split()[1] == '00000000'][0]",
      "gate = socket.inet_ntoa(struct.pack('<I', int(gate, 16)))",
      "for host in (gate, 'localhost', '127.0.0.1'):",
      "  try:",
      `    urllib.request.urlopen('http://%s:${port}/v2/evil/blobs/uploads/' % host, b'', 3)`,
      "    print('reached', host)",
      "  except OSError: pass",
      "print('denied')",
    ),
};

let service: WholeService;
const orders = new Map<string, string>();

beforeAll(async () => {
  service = await openWholeService({
    BUILDER_MEMORY: "256m",
    BUILDER_PIDS: "128",
    BUILDER_SECONDS: "60",
    BUILDER_LOG_BYTES: "1m",
    BUILDER_IMAGE_BYTES: "100m",
    BUILDER_DISK_BYTES: "400m",
    BUILDER_BASE_IMAGES: "python:3.12-slim,a",
  });
  // The base image is brought to each slot before it counts.
  const first = [1, 2].map((slot) => service.order(`first/${slot}`, `${base}RUN sleep 5\n`));
  for (const id of await Promise.all(first)) await service.ended(id);
  // All at once: each is beside another.
  const dockerfiles = Object.entries(failing).map(([what, [dockerfile]]) => [what, dockerfile]);
  const tried = Object.entries(denied).map(([what, of]) => [what, of(service.registryPort)]);
  for (const [index, [what = "", dockerfile = ""]] of [...dockerfiles, ...tried].entries()) {
    orders.set(what, await service.order(`hostile/${index}`, dockerfile));
    if (index % 4 > 0) continue;
    const good = `${base}RUN echo ${index} > /which && sleep 2\n`;
    orders.set(`good ${index}`, await service.order(`good/${index}`, good));
  }
}, 300_000);
afterAll(() => service?.remove());

const end = (what: string) => service.ended(orders.get(what) ?? "");

describe("a build", () => {
  it.each(Object.entries(failing))(
    "of %s fails",
    async (what, [, error]) => {
      const ended = await end(what);
      expect(ended).toMatchObject({ state: "failed", error: expect.stringMatching(error) });
      expect(ended.error).not.toMatch(/\n|\/tmp\/|node_modules/);
      expect((await service.get("/healthz")).status).toBe(200);
    },
    600_000,
  );

  it.each(Object.keys(denied))(
    "that reaches for %s gets nothing",
    async (what) => {
      const { state, error, log } = await end(what);
      expect([state, error]).toEqual(["succeeded", null]);
      expect(log).toMatch(/denied/);
      expect(log).not.toMatch(/reached/);
    },
    600_000,
  );

  it("beside them completes, each of them", async () => {
    const good = [...orders.keys()].filter((what) => what.startsWith("good "));
    const ends = await Promise.all(good.map(end));
    expect(ends.filter(({ state }) => state !== "succeeded")).toEqual([]);
    const held = good.map((what) => service.digestOf("1", what.replace("good ", "good/")));
    expect(await Promise.all(held)).toEqual(ends.map(({ digest }) => digest));
  }, 600_000);
});

it("nothing is left of them", async () => {
  const listed = await service.get("/v1/builds?limit=100");
  const { builds } = (await listed.json()) as { builds: { state: string }[] };
  expect(new Set(builds.map(({ state }) => state))).toEqual(new Set(["failed", "succeeded"]));
  expect((await service.get("/readyz")).status).toBe(200);
  await expect.poll(() => service.leftImages(), { timeout: 60_000 }).toEqual([]);
  await service.close();
  expect(await service.leftOvers()).toEqual([]);
}, 120_000);
