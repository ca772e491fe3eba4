import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { COMPOSE_VERSION, compose } from "../../setup/compose.ts";
import { calm, fakeMachine, silent } from "./fake-machine.ts";

/** A port on which nothing listens. */
const NOWHERE = "http://127.0.0.1:9";

/** Releases that hold these files, at the URL that is returned. */
async function releasesWith(files: Readonly<Record<string, string>>): Promise<string> {
  const server = createServer(({ url = "" }, answer) => {
    const body = files[url.slice(1)];
    answer.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const line = (program: string, name: string): string =>
  `${createHash("sha256").update(program).digest("hex")} *${name}\n`;

test.each([
  ["2.40.3", "2.40.3"],
  ["v5.1.0", "5.1.0"],
])("the docker CLI's plugin is taken: %s", async (says, version) => {
  const machine = fakeMachine();
  const docker = machine.command("docker", `[ "$1" = compose ] && echo ${says}`);
  machine.command("docker-compose", "echo 5.0.2");
  expect(await compose(machine).find()).toEqual({ text: version, value: [docker, "compose"] });
});

test("where the CLI has no plugin, docker-compose on PATH is taken", async () => {
  const machine = fakeMachine();
  machine.command("docker", "echo \"docker: 'compose' is not a docker command.\" >&2; exit 1");
  const program = machine.command("docker-compose", "echo 2.40.3");
  expect(await compose(machine).find()).toEqual({ text: "2.40.3", value: [program] });
});

test("version 1 does not count", async () => {
  const machine = fakeMachine();
  machine.command("docker-compose", "echo 1.29.2");
  expect(await compose(machine).find()).toBeUndefined();
});

test("it is downloaded when it has its published checksum", async () => {
  const machine = fakeMachine({ arch: "arm64" });
  const name = "docker-compose-linux-aarch64";
  const releases = await releasesWith({
    [name]: "program",
    "checksums.txt": `${line("other", "docker-compose-linux-x86_64")}${line("program", name)}`,
  });
  const program = join(machine.cache, `compose-${COMPOSE_VERSION}`, "docker-compose");
  expect(await compose(machine, releases).bring(silent, calm)).toEqual({
    text: `${COMPOSE_VERSION}, downloaded`,
    value: [program],
  });
  expect({ text: readFileSync(program, "utf8"), mode: statSync(program).mode & 0o777 }).toEqual({
    text: "program",
    mode: 0o755,
  });
  expect(await compose(machine, releases).find()).toEqual({
    text: COMPOSE_VERSION,
    value: [program],
  });
});

test("where it cannot be downloaded it is built from its pinned Go module", async () => {
  const machine = fakeMachine();
  machine.command("go", 'while [ "$1" != -o ]; do shift; done; echo built > "$2"');
  expect(await compose(machine, NOWHERE).bring(silent, calm)).toEqual({
    text: `${COMPOSE_VERSION}, built from source`,
    value: [join(machine.cache, `compose-${COMPOSE_VERSION}`, "docker-compose")],
  });
});

test("where neither works it is said, with the way out, and nothing is left behind", async () => {
  const machine = fakeMachine();
  const name = "docker-compose-linux-x86_64";
  const releases = await releasesWith({
    [name]: "forged",
    "checksums.txt": line("program", name),
  });
  await expect(compose(machine, releases).bring(silent, calm)).rejects.toThrow(
    `compose: it cannot be downloaded (${name} does not have its published checksum) and not be built ` +
      "(there is no Go to build it with); install it as https://docs.docker.com/compose/install/ says",
  );
  expect(existsSync(join(machine.cache, `compose-${COMPOSE_VERSION}`))).toBe(false);
});

test("the Go module pins the same version", () => {
  const module = join(import.meta.dirname, "../../setup/go/compose/go.mod");
  expect(readFileSync(module, "utf8")).toContain(
    `github.com/docker/compose/v5 v${COMPOSE_VERSION}\n`,
  );
});
