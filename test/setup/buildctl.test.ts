import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { buildctl } from "../../setup/buildctl.ts";
import { BUILDKIT_VERSION } from "../../setup/buildkit.ts";
import { calm, type FakeMachine, fakeMachine, silent } from "./fake-machine.ts";

/** A port on which nothing listens. */
const NOWHERE = "http://127.0.0.1:9";

const brought = (machine: FakeMachine): string =>
  join(machine.cache, `buildctl-${BUILDKIT_VERSION}`, "buildctl");

/** Releases that hold these files, at the URL that is returned. */
async function releasesWith(files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const server = createServer(({ url = "" }, answer) => {
    const body = files[url.slice(1)];
    answer.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A release's archive, which has its programs in a folder. */
function archiveOn(machine: FakeMachine): Buffer {
  const folder = join(machine.folder, "release");
  mkdirSync(join(folder, "bin"), { recursive: true });
  for (const name of ["buildctl", "buildkitd"]) {
    writeFileSync(join(folder, "bin", name), name, { mode: 0o755 });
  }
  return execFileSync("tar", ["-C", folder, "-cz", "bin"]);
}

const provenance = (name: string, content: Buffer): string =>
  JSON.stringify({
    subject: [
      { name: "another.tar.gz", digest: { sha256: "0" } },
      { name, digest: { sha256: createHash("sha256").update(content).digest("hex") } },
    ],
  });

test.each([
  ["buildctl github.com/moby/buildkit v0.34.2 abc", "0.34.2"],
  ["buildctl github.com/moby/buildkit 0.35.0-rc1 abc", "0.35.0-rc1"],
  ["buildctl github.com/moby/buildkit v0.20.0 abc", undefined],
  ["something else", undefined],
])(
  "where another BuildKit builds, one on PATH that says %j counts as %s",
  async (says, version) => {
    const machine = fakeMachine();
    const value = machine.command("buildctl", `echo "${says}"`);
    const found = await buildctl(undefined, machine).find();
    expect(found).toEqual(version === undefined ? undefined : { text: version, value });
  },
);

test("it is downloaded when it has the checksum of its published provenance", async () => {
  const machine = fakeMachine({ platform: "darwin", arch: "arm64" });
  const stem = `buildkit-v${BUILDKIT_VERSION}.darwin-arm64`;
  const archive = archiveOn(machine);
  const releases = await releasesWith({
    [`${stem}.tar.gz`]: archive,
    [`${stem}.provenance.json`]: provenance(`${stem}.tar.gz`, archive),
  });
  const image = { host: "unix:///nowhere", name: "moby/buildkit", platform: "linux/arm64" };
  expect(await buildctl(image, machine, releases).bring(silent, calm)).toEqual({
    text: `${BUILDKIT_VERSION}, downloaded`,
    value: brought(machine),
  });
  expect({
    text: readFileSync(brought(machine), "utf8"),
    mode: statSync(brought(machine)).mode & 0o777,
  }).toEqual({ text: "buildctl", mode: 0o755 });
  expect(await buildctl(image, machine, releases).find()).toEqual({
    text: BUILDKIT_VERSION,
    value: brought(machine),
  });
});

test("where it cannot be downloaded it is built from its pinned Go module", async () => {
  const machine = fakeMachine();
  machine.command("go", 'while [ "$1" != -o ]; do shift; done; echo "$GOOS/$GOARCH" > "$2"');
  expect(await buildctl(undefined, machine, NOWHERE).bring(silent, calm)).toEqual({
    text: `${BUILDKIT_VERSION}, built from source`,
    value: brought(machine),
  });
  expect(readFileSync(brought(machine), "utf8")).toBe("linux/amd64\n");
});

test("where neither works it is said, with the way out, and nothing is left behind", async () => {
  const machine = fakeMachine();
  const name = `buildkit-v${BUILDKIT_VERSION}.linux-amd64.tar.gz`;
  const releases = await releasesWith({
    [name]: "forged",
    [name.replace("tar.gz", "provenance.json")]: provenance(name, Buffer.from("true")),
  });
  await expect(buildctl(undefined, machine, releases).bring(silent, calm)).rejects.toThrow(
    `buildctl: it cannot be downloaded (${name} does not have its published checksum) and not be built ` +
      `(there is no Go to build it with); put the one of https://github.com/moby/buildkit/releases/tag/v${BUILDKIT_VERSION} on PATH`,
  );
  expect(existsSync(brought(machine))).toBe(false);
});

test("the Go module pins the same version", () => {
  const module = join(import.meta.dirname, "../../setup/go/buildkit/go.mod");
  expect(readFileSync(module, "utf8")).toContain(
    `github.com/moby/buildkit v${BUILDKIT_VERSION} // indirect\n`,
  );
});
