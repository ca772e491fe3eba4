import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { pulumiCli } from "../../setup/pulumi-cli.ts";
import { archiveName, downloadPulumi } from "../../setup/pulumi-download.ts";
import { run } from "../../setup/run.ts";
import { calm, type FakeMachine, fakeMachine, silent, temporaryFolder } from "./fake-machine.ts";

/** A host that nobody has, so that every download fails at once. */
const NOWHERE = "http://127.0.0.1:2";

/** A Go that writes down what it was asked and "builds" the file behind -o. */
function addGo(machine: FakeMachine): void {
  machine.command(
    "go",
    `echo "$PWD: $@" >> $FOLDER/go-asked
     echo github.com/pulumi/pulumi >&2
     while [ "$1" != -o ]; do shift; done
     echo built > "$2"; chmod +x "$2"`,
  );
}

test.each([
  ["v3.248.0", "3.248.0 on PATH"],
  ["v3.259.0", "3.259.0 on PATH"],
  ["v3.300.1-alpha.1", "3.300.1 on PATH"],
  ["v3.247.9", undefined],
  ["v4.0.0", undefined],
  ["something else", undefined],
])("a CLI on PATH that says %s is found as %s", async (said, text) => {
  const machine = fakeMachine();
  const file = machine.command("pulumi", `echo "${said}"`);
  const found = await pulumiCli(machine, NOWHERE).find();
  expect(found).toEqual(text && { text, value: join(file, "..") });
});

test("the version of a CLI is asked once, until the file changes", async () => {
  const machine = fakeMachine();
  const script = "echo asked >> $FOLDER/asked; echo v3.259.0";
  const asked = (): number => readFileSync(join(machine.folder, "asked"), "utf8").length / 6;
  machine.command("pulumi", script);
  await pulumiCli(machine, NOWHERE).find();
  await pulumiCli(machine, NOWHERE).find();
  expect(asked()).toBe(1);
  machine.command("pulumi", `${script} # another one`);
  await pulumiCli(machine, NOWHERE).find();
  expect(asked()).toBe(2);
});

test("without a way to Pulumi's releases it is built from its pinned Go module, once for two at once", async () => {
  const machine = fakeMachine();
  addGo(machine);
  const heard: string[] = [];
  const both = await Promise.all(
    [1, 2].map(() => pulumiCli(machine, NOWHERE).bring((text) => heard.push(text), calm)),
  );
  const folder = join(machine.cache, "pulumi-3.259.0");
  expect(both).toEqual([
    { text: "3.259.0, built from source", value: folder },
    { text: "3.259.0, brought by another process", value: folder },
  ]);
  const module = join(machine.checkout, "setup", "go", "pulumi");
  const asked = readFileSync(join(machine.folder, "go-asked"), "utf8");
  expect(asked.replace(/draft-\w+/, "draft")).toBe(
    `${module}: build -v -trimpath -buildvcs=false -mod=readonly -tags osusergo,grpcnotrace ` +
      "-ldflags -s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.259.0 " +
      `-o ${folder}.draft/pulumi github.com/pulumi/pulumi/pkg/v3/cmd/pulumi\n`,
  );
  expect(heard).toContain("building from source, 1 packages compiled");
  expect(readdirSync(machine.cache)).toEqual(["pulumi-3.259.0"]);
  expect(await pulumiCli(machine, NOWHERE).find()).toEqual({ text: "3.259.0", value: folder });
});

test("what a killed build left behind is cleared away", async () => {
  const machine = fakeMachine();
  addGo(machine);
  mkdirSync(join(machine.cache, "pulumi-3.259.0.draft-killed"), { recursive: true });
  await pulumiCli(machine, NOWHERE).bring(silent, calm);
  expect(readdirSync(machine.cache)).toEqual(["pulumi-3.259.0"]);
});

test.each([
  ["no Go", silent, "there is no Go to build it with"],
  [
    "a Go that fails",
    (machine: FakeMachine) => void machine.command("go", "echo no way to the proxy >&2; exit 1"),
    "no way to the proxy",
  ],
])("with %s it says why and how to install it, and leaves nothing", async (_what, add, why) => {
  const machine = fakeMachine();
  add(machine);
  await expect(pulumiCli(machine, NOWHERE).bring(silent, calm)).rejects.toThrow(
    "pulumi: none of version 3.248.0 or newer on PATH, it cannot be downloaded " +
      `(connect ECONNREFUSED 127.0.0.1:2) and not be built (${why}); ` +
      "install it as https://www.pulumi.com/docs/install/ says",
  );
  expect(readdirSync(machine.cache)).toEqual([]);
});

/** Serves a release with a checksum, right or wrong, until the test has ended. */
async function release(checksum?: string): Promise<string> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "pulumi"));
  for (const name of ["pulumi", "pulumi-language-nodejs"]) {
    writeFileSync(join(folder, "pulumi", name), name);
  }
  await run("tar", ["-czf", join(folder, "archive"), "-C", folder, "pulumi"]);
  const archive = readFileSync(join(folder, "archive"));
  const digest = checksum ?? createHash("sha256").update(archive).digest("hex");
  const files: Readonly<Record<string, string | Buffer>> = {
    "/pulumi-3.259.0-checksums.txt": `${digest}  pulumi-v3.259.0-linux-x64.tar.gz\nff  other.zip\n`,
    "/pulumi-v3.259.0-linux-x64.tar.gz": archive,
  };
  const server = createServer((request, response) => {
    const file = files[request.url ?? ""];
    response.writeHead(file === undefined ? 404 : 200, { connection: "close" }).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a downloaded release is unpacked with its language host", async () => {
  const machine = fakeMachine();
  expect(await pulumiCli(machine, await release()).bring(silent, calm)).toEqual({
    text: "3.259.0, downloaded",
    value: join(machine.cache, "pulumi-3.259.0"),
  });
  expect(readdirSync(join(machine.cache, "pulumi-3.259.0"))).toEqual([
    "pulumi",
    "pulumi-language-nodejs",
  ]);
});

test("a release with another checksum than the published one is not used", async () => {
  const folder = temporaryFolder();
  const problem = await downloadPulumi(
    "3.259.0",
    folder,
    fakeMachine(),
    silent,
    calm,
    await release("0".repeat(64)),
  );
  expect(problem).toBe("pulumi-v3.259.0-linux-x64.tar.gz does not have its published checksum");
  expect(existsSync(join(folder, "pulumi"))).toBe(false);
});

test.each([
  ["linux", "x64", "pulumi-v3.259.0-linux-x64.tar.gz"],
  ["linux", "arm64", "pulumi-v3.259.0-linux-arm64.tar.gz"],
  ["darwin", "arm64", "pulumi-v3.259.0-darwin-arm64.tar.gz"],
  ["win32", "x64", "pulumi-v3.259.0-windows-x64.zip"],
  ["linux", "riscv64", undefined],
  ["freebsd", "x64", undefined],
] as const)("the release for %s on %s is %s", (platform, arch, name) => {
  expect(archiveName("3.259.0", fakeMachine({ platform, arch }))).toBe(name);
});
