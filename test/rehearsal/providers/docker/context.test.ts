import { createHash } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { extract } from "tar-stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { contextDigest, packContext } from "../../../../rehearsal/providers/docker/context.ts";

let cwd: string;
const paths = (more = {}) => ({ cwd, context: "app", dockerfile: "app/Dockerfile", ...more });

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "slipway-context-"));
  write("app/Dockerfile", "FROM scratch\n");
  write("app/b/inner.txt", "inner");
  write("app/b.txt", "b");
  write("app/run.sh", "run");
  chmodSync(join(cwd, "app/run.sh"), 0o755);
});
afterEach(() => rmSync(cwd, { recursive: true }));

function write(file: string, content: string): void {
  mkdirSync(join(cwd, file, ".."), { recursive: true });
  writeFileSync(join(cwd, file), content);
  chmodSync(join(cwd, file), 0o644);
}

/** The digest by the book: name, mode and hash of each record, closed by a NUL. */
function digestOf(records: [name: string, mode: string, content: string][]): string {
  const total = createHash("sha256");
  for (const [name, mode, content] of records) {
    total
      .update(name + mode)
      .update(createHash("sha256").update(content).digest())
      .update("\0");
  }
  return total.digest("hex");
}

const dockerfile: [string, string, string] = ["Dockerfile", "----------", "FROM scratch\n"];
const plain = "-rw-r--r--";

test("the digest is over the Dockerfile first and then every file in the order of names", async () => {
  expect(await contextDigest(paths())).toBe(
    digestOf([
      dockerfile,
      ["Dockerfile", plain, "FROM scratch\n"],
      ["b/inner.txt", plain, "inner"],
      ["b.txt", plain, "b"],
      ["run.sh", "-rwxr-xr-x", "run"],
    ]),
  );
});

test("links count by where they lead; one that leads nowhere is refused", async () => {
  symlinkSync("b.txt", join(cwd, "app/link"));
  expect(await contextDigest(paths())).toBe(
    digestOf([
      dockerfile,
      ["Dockerfile", plain, "FROM scratch\n"],
      ["b/inner.txt", plain, "inner"],
      ["b.txt", plain, "b"],
      ["link", "Lrwxrwxrwx", "app/b.txt"],
      ["run.sh", "-rwxr-xr-x", "run"],
    ]),
  );
  symlinkSync("nowhere", join(cwd, "app/lost"));
  await expect(contextDigest(paths())).rejects.toThrow(
    "app/lost: the link leads nowhere; remove it or add it to .dockerignore",
  );
});

test("times and empty folders do not count, content and modes do", async () => {
  const before = await contextDigest(paths());
  utimesSync(join(cwd, "app/b.txt"), 1, 1);
  mkdirSync(join(cwd, "app/empty"));
  expect(await contextDigest(paths())).toBe(before);
  chmodSync(join(cwd, "app/b.txt"), 0o600);
  expect(await contextDigest(paths())).not.toBe(before);
});

test("the Dockerfile's own ignore file goes before the context's, and exceptions are honoured", async () => {
  write("app/.dockerignore", "*\n");
  write("app/Dockerfile.dockerignore", "**\n!b/inner.txt\n");
  expect(await contextDigest(paths())).toBe(
    digestOf([dockerfile, ["b/inner.txt", plain, "inner"]]),
  );
});

test("the tar belongs to root and has the Dockerfile even if it is ignored", async () => {
  write("app/.dockerignore", "Dockerfile\n.dockerignore\nb\n");
  symlinkSync("b.txt", join(cwd, "app/link"));
  const packed = await packContext(paths());
  expect(packed.dockerfile).toBe("Dockerfile");
  expect(await entriesOf(packed.tar)).toEqual([
    ["b.txt", "file", 0o644, 0, 0],
    ["link", "symlink", 0o777, 0, 0],
    ["run.sh", "file", 0o755, 0, 0],
    ["Dockerfile", "file", 0o644, 0, 0],
  ]);
});

test("a Dockerfile outside the context goes into the tar under a name of its own", async () => {
  write("other/web.Dockerfile", "FROM scratch\n");
  const packed = await packContext(paths({ dockerfile: "other/web.Dockerfile" }));
  expect(packed.dockerfile).toMatch(/^\.dockerfile\.[0-9a-f]{20}$/);
  expect((await entriesOf(packed.tar)).map(([name]) => name)).toEqual([
    "Dockerfile",
    "b/inner.txt",
    "b.txt",
    "run.sh",
    packed.dockerfile,
  ]);
});

async function entriesOf(tar: Awaited<ReturnType<typeof packContext>>["tar"]) {
  const entries: unknown[][] = [];
  for await (const entry of tar.pipe(extract())) {
    const { name, type, mode, uid, gid } = entry.header;
    entries.push([name, type, mode, uid, gid]);
    entry.resume();
  }
  return entries;
}
