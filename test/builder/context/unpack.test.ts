import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { receiveTar } from "../../../builder/context/receive-tar.ts";
import { ContextRefused } from "../../../builder/context/refused.ts";
import { unpackContext } from "../../../builder/context/unpack.ts";
import { dockerfile, limits, tar, tarGz } from "./tars.ts";

let outer: string;
let folder: string;

beforeEach(async () => {
  outer = await mkdtemp(join(tmpdir(), "slipway-unpack-"));
  folder = join(outer, "context");
  await mkdir(folder);
  onTestFinished(() => rm(outer, { recursive: true, force: true }));
});

async function found() {
  const names = (await readdir(outer, { recursive: true })).toSorted();
  return Promise.all(
    names.map(async (name) => {
      const { mode, mtimeMs } = await lstat(join(outer, name));
      const isFile = (mode & 0o170000) === 0o100000;
      const text = isFile ? await readFile(join(outer, name), "utf8") : undefined;
      return [name, (mode & 0o7777).toString(8), ...(isFile ? [mtimeMs / 1_000, text] : [])];
    }),
  );
}

describe("a stored context", () => {
  it("is unpacked as it was let in, at a part of the second that is its own", async () => {
    const mask = process.umask(0);
    onTestFinished(() => void process.umask(mask));
    const { parts } = await receiveTar(
      Readable.from([
        tar(
          { ...dockerfile, mtime: 1_700_000_000 },
          { name: "bin/run", content: "#!/bin/sh\n", mode: 0o4711 },
          { name: "empty/", type: "5", mode: 0o1777 },
        ),
      ]),
      limits,
    );
    async function* one() {
      yield* parts;
    }
    await unpackContext(one(), folder, 500_000);
    expect(await found()).toEqual([
      ["context", "755"],
      ["context/Dockerfile", "644", 1_700_000_000.5, "FROM scratch\n"],
      ["context/bin", "755"],
      ["context/bin/run", "755", 0.5, "#!/bin/sh\n"],
      ["context/empty", "755"],
    ]);
  });

  it.each([
    ["a path out of it", { name: "../x", content: "x" }],
    ["an absolute path", { name: "/tmp/slipway-unpack-x", content: "x" }],
    ["a symbolic link", { name: "l", type: "2", link: "/etc" }],
    ["a hard link", { name: "l", type: "1", link: "/etc/passwd" }],
    ["a file twice", { name: "Dockerfile", content: "x" }],
  ])("with %s is refused, whoever stored it", async (_what, header) => {
    await expect(unpackContext([tarGz(dockerfile, header)], folder, 0)).rejects.toThrow(
      ContextRefused,
    );
    expect((await found()).map(([name]) => name)).toEqual(["context", "context/Dockerfile"]);
  });

  it("is never written through what is there already", async () => {
    await symlink(join(outer, "elsewhere"), join(folder, "Dockerfile"));
    await expect(unpackContext([tarGz(dockerfile)], folder, 0)).rejects.toThrow(/EEXIST/);
    expect((await found()).map(([name]) => name)).toEqual(["context", "context/Dockerfile"]);
  });

  it("that is cut off is refused", async () => {
    const bytes = tarGz(dockerfile);
    await expect(unpackContext([bytes.subarray(0, 60)], folder, 0)).rejects.toThrow(
      new ContextRefused("context: the archive is cut off; upload it again, as a whole"),
    );
  });
});
