import { Readable } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import { extract } from "tar-stream";
import { describe, expect, it } from "vitest";
import type { Context } from "../../../builder/context/context.ts";
import { type Expected, receiveTar } from "../../../builder/context/receive-tar.ts";
import { ContextRefused } from "../../../builder/context/refused.ts";
import { dockerfile, entry, type Header, limits, pax, tar, tarGz } from "./tars.ts";

/** Receives bytes that come in so many at a time. */
function receive(bytes: Buffer, expected: Expected = {}, at = 65_536): Promise<Context> {
  const chunks = Array.from({ length: Math.ceil(bytes.length / at) }, (_chunk, index) =>
    bytes.subarray(index * at, (index + 1) * at),
  );
  return receiveTar(Readable.from(chunks), limits, expected);
}

async function entriesOf({ parts }: Context) {
  const entries = extract();
  entries.end(gunzipSync(Buffer.concat(parts)));
  const found: object[] = [];
  for await (const content of entries) {
    const chunks: Buffer[] = [];
    for await (const chunk of content) chunks.push(chunk as Buffer);
    const { name, type, mode, uid, gid, uname, mtime } = content.header;
    const text = Buffer.concat(chunks).toString("utf8");
    found.push({ name, type, mode, owner: [uid, gid, uname], changed: +mtime / 1_000, text });
  }
  return found;
}

const ownerless = { owner: [0, 0, ""] };

describe("a context that is let in", () => {
  const entries: Header[] = [
    { name: "./", type: "5", mode: 0o755 },
    { ...dockerfile, mtime: 1_700_000_000 },
    { name: "./bin/run", content: "#!/bin/sh\n", mode: 0o6711 },
    { name: "empty/", type: "5", mode: 0o1777 },
  ];
  const stored = [
    {
      name: "Dockerfile",
      type: "file",
      mode: 0o644,
      ...ownerless,
      changed: 1_700_000_000,
      text: "FROM scratch\n",
    },
    { name: "bin/run", type: "file", mode: 0o755, ...ownerless, changed: 0, text: "#!/bin/sh\n" },
    { name: "empty", type: "directory", mode: 0o755, ...ownerless, changed: 0, text: "" },
  ];

  it.each([
    ["tar", tar(...entries), 65_536],
    ["tar.gz", tarGz(...entries), 65_536],
    ["tar that comes byte by byte", tar(...entries), 1],
    ["tar.gz that comes byte by byte", tarGz(...entries), 1],
    ["tar in blocks of 10 KiB", Buffer.concat([tar(...entries), Buffer.alloc(9_216)]), 65_536],
    [
      "tar.gz in two members",
      Buffer.concat(pieces(tar(...entries), 700).map((x) => gzipSync(x))),
      9,
    ],
  ])(
    "is stored without owners, special bits and the names of links: a %s",
    async (_form, bytes, at) => {
      const context = await receive(bytes, {}, at);
      expect(await entriesOf(context)).toEqual(stored);
      expect([context.bytes, context.files]).toEqual([23, 2]);
    },
  );

  it("keeps a long name, of pax and of GNU", async () => {
    const [long, longer] = ["a", "b"].map((name) => `${name.repeat(90)}/${name.repeat(90)}`);
    const context = await receive(
      tar(
        dockerfile,
        pax({ path: long ?? "" }),
        { name: "cut", content: "1" },
        { name: "././@LongLink", type: "L", content: `${longer}\0` },
        { name: "cut", content: "2" },
      ),
    );
    expect((await entriesOf(context)).map((each) => (each as { name: string }).name)).toEqual([
      "Dockerfile",
      long,
      longer,
    ]);
  });

  it("may have its Dockerfile elsewhere", async () => {
    const bytes = tar({ name: "docker/web.Dockerfile", content: "FROM scratch\n" });
    expect(await receive(bytes, { dockerfile: "./docker/web.Dockerfile" })).toMatchObject({
      files: 1,
    });
  });

  it("is cut into parts of one MiB", async () => {
    const noise = Array.from({ length: 9 }, (_each, index) => ({
      name: `noise-${index}`,
      content: Buffer.from(crypto.getRandomValues(new Uint8Array(60_000))),
    }));
    const roomy = { ...limits, bodyBytes: 2 ** 21, contextBytes: 2 ** 21 };
    const more = noise.map((each) => ({ ...each, name: `more-${each.name}` }));
    const { parts } = await receiveTar(Readable.from([tar(dockerfile, ...noise, ...more)]), roomy);
    expect(parts.map(({ length }) => length > 0 && length <= 2 ** 20)).toEqual([true, true]);
    expect(parts[0]).toHaveLength(2 ** 20);
  });
});

const big = limits.contextBytes + 1;
const way = "send a tar or a tar.gz: tar -czf context.tar.gz -C FOLDER .";
const within = "pack it from within the folder: tar -C FOLDER -c .";
const trim = "leave out what the build does not read, or have it fetched by the Dockerfile";

describe("a context is refused", () => {
  it.each<[name: string, why: string]>([
    ["../x", `leads out of the context; ${within}`],
    ["a/../../x", `leads out of the context; ${within}`],
    ["a/..", `leads out of the context; ${within}`],
    ["/etc/passwd", `is an absolute path; ${within}`],
    ["//x", `is an absolute path; ${within}`],
    ["C:/x", "begins with a drive; pack it from within the folder"],
    ["..\\x", "has a backslash in its name; write paths with /"],
    ["a\tb", "has a control character in its name; rename it"],
    ["a\u001b[2Jb", "has a control character in its name; rename it"],
    ["\xff\xfe", "is not named in UTF-8; rename it"],
    [`${"x/".repeat(33)}//./yy`, ""],
  ])("for a path such as %j", async (name, why) => {
    const refused = receive(tar(dockerfile, { name, content: "x" }));
    if (why === "") await expect(refused).resolves.toMatchObject({ files: 2 });
    else
      await expect(refused).rejects.toThrow(
        new ContextRefused(`context: entry ${shown(name)}: ${why}`),
      );
  });

  it.each<[what: string, path: string, why: string]>([
    ["deep", `${"d/".repeat(64)}x`, "lies deeper than 64 folders; pack it flatter"],
    ["long", `${"p".repeat(200)}/`.repeat(6), "has a path of more than 1024 bytes; shorten it"],
    [
      "long in one part",
      "p".repeat(256),
      "has a part of more than 255 bytes in its path; shorten it",
    ],
    ["with a NUL", "a\0b", "has a control character in its name; rename it"],
    ["up by pax", "../../up", `leads out of the context; ${within}`],
  ])("for a path that is %s", async (_what, path, why) => {
    const name = path.replace(/\/$/, "");
    const cut = name.length > 80 ? `${name.slice(0, 79)}…` : name.replace("\0", "<0>");
    await expect(
      receive(tar(dockerfile, pax({ path: name }), { name: "x", content: "x" })),
    ).rejects.toThrow(new ContextRefused(`context: entry "${cut}": ${why}`));
  });

  it.each<[what: string, header: Header, why: string]>([
    [
      "a symbolic link",
      { name: "l", type: "2", link: "/etc/passwd" },
      "is a symbolic link, which may lead out of the context; pack what it leads to: tar --dereference",
    ],
    [
      "a hard link",
      { name: "l", type: "1", link: "Dockerfile" },
      "is a hard link, which may lead out of the context; pack the file itself: tar --hard-dereference",
    ],
    ["a character device", { name: "l", type: "3" }, "is a device; leave it out"],
    ["a block device", { name: "l", type: "4" }, "is a device; leave it out"],
    ["a pipe", { name: "l", type: "6" }, "is a pipe; leave it out"],
    [
      "a sparse file of GNU",
      { name: "l", type: "S", size: 10 * 2 ** 30 },
      "is neither a file nor a folder, or a sparse file; pack files and folders only, without --sparse",
    ],
    [
      "a type that nobody knows",
      { name: "l", type: "Z" },
      "is neither a file nor a folder, or a sparse file; pack files and folders only, without --sparse",
    ],
    ["a file called like a folder", { name: "l/", content: "x" }, "is a file without a name"],
    ["a file that is the context itself", { name: "./", content: "x" }, "is a file without a name"],
    [
      "a file that is there twice",
      { name: "./Dockerfile", content: "x" },
      "is in the archive twice; pack each path once",
    ],
    [
      "a file below a file",
      { name: "Dockerfile/l", content: "x" },
      "is a file and a folder at once; pack one of them",
    ],
    [
      "a folder in the place of a file",
      { name: "Dockerfile/", type: "5" },
      "is a file and a folder at once; pack one of them",
    ],
  ])("for %s", async (_what, header, why) => {
    const where = /twice|at once/.test(why) ? "Dockerfile" : header.name;
    await expect(receive(tar(dockerfile, header))).rejects.toThrow(
      new ContextRefused(`context: entry "${where}": ${why}`),
    );
  });

  it("for a sparse file of pax", async () => {
    const sparse = pax({ "GNU.sparse.major": "1", "GNU.sparse.name": "l" });
    await expect(receive(tar(dockerfile, sparse, { name: "l", content: "x" }))).rejects.toThrow(
      new ContextRefused('context: entry "l": is a sparse file; pack it without --sparse'),
    );
  });

  it.each<[what: string, bytes: Buffer, why: string]>([
    ["is empty", Buffer.alloc(0), `context: is empty; ${way}`],
    [
      "is a zip",
      Buffer.from("PK\u0003\u0004".padEnd(600)),
      `context: is a zip, which is not taken; ${way}`,
    ],
    [
      "is packed with zstd",
      Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), Buffer.alloc(600)]),
      `context: is compressed with zstd, which is not taken; ${way}`,
    ],
    [
      "is packed with xz",
      Buffer.concat([Buffer.from("\xfd7zXZ\0", "latin1"), Buffer.alloc(600)]),
      `context: is compressed with xz, which is not taken; ${way}`,
    ],
    [
      "is packed with bzip2",
      Buffer.from("BZh9".padEnd(600)),
      `context: is compressed with bzip2, which is not taken; ${way}`,
    ],
    ["is a text", Buffer.from("FROM scratch\n".repeat(99)), `context: is no tar archive; ${way}`],
    ["is one byte", Buffer.from("x"), `context: is no tar archive; ${way}`],
    ["holds nothing", tar(), "context: holds no files; pack the folder anew"],
    [
      "holds folders only",
      tar({ name: "a/", type: "5" }),
      "context: holds no files; pack the folder anew",
    ],
    [
      "is cut off within a file",
      tar(dockerfile, { name: "x", content: "x".repeat(2_000) }).subarray(0, 2_000),
      "context: the archive is cut off; upload it again, as a whole",
    ],
    [
      "is cut off between two files",
      entry(dockerfile),
      "context: the archive is cut off; upload it again, as a whole",
    ],
    [
      "is cut off within the gzip",
      tarGz(dockerfile).subarray(0, 60),
      "context: the archive is cut off; upload it again, as a whole",
    ],
    [
      "is gzipped with a fault in it",
      broken(tarGz(dockerfile, { name: "x", content: "x".repeat(2_000) })),
      "context: the gzip is damaged; pack it and upload it again",
    ],
    [
      "has a wrong sum",
      Buffer.concat([entry(dockerfile), tar({ name: "x", checksum: "000000\0 " })]),
      "context: the tar is damaged; pack it and upload it again",
    ],
    [
      "has a size below zero",
      tar(dockerfile, pax({ size: "-1" }), { name: "x" }),
      "context: the tar is damaged; pack it and upload it again",
    ],
    [
      "has garbage after its end",
      Buffer.concat([tar(dockerfile), Buffer.alloc(512, "garbage")]),
      "context: the tar is damaged; pack it and upload it again",
    ],
    [
      "has half a block of garbage after its end",
      Buffer.concat([tar(dockerfile), Buffer.from("garbage")]),
      "context: the archive is cut off; upload it again, as a whole",
    ],
    [
      "is larger than a body may be",
      tar(dockerfile, { name: "x", content: Buffer.alloc(limits.bodyBytes) }),
      `context: the archive has more than 256 KiB; ${trim}`,
    ],
    [
      "claims a file of 10 GB",
      tar(dockerfile, { name: "x", size: 10 * 2 ** 30 }),
      `context: its files have more than 512 KiB; ${trim}`,
    ],
    [
      "claims so by pax",
      tar(dockerfile, pax({ size: String(10 * 2 ** 30) }), { name: "x" }),
      `context: its files have more than 512 KiB; ${trim}`,
    ],
    [
      "is a bomb of one file",
      tarGz(dockerfile, { name: "x", content: Buffer.alloc(big) }),
      `context: its files have more than 512 KiB; ${trim}`,
    ],
    [
      "is a bomb of many files",
      tarGz(dockerfile, ...many(60, { name: "x", content: Buffer.alloc(10_000) })),
      `context: its files have more than 512 KiB; ${trim}`,
    ],
    [
      "is a bomb after its end",
      gzipSync(Buffer.concat([tar(dockerfile), Buffer.alloc(64 * 2 ** 20)])),
      "context: the archive holds far more than its entries do; pack it anew with tar",
    ],
    [
      "is a bomb of headers",
      tarGz(dockerfile, ...many(40, pax({ comment: "x".repeat(99_000) })), { name: "x" }),
      "context: the archive holds far more than its entries do; pack it anew with tar",
    ],
    [
      "has a header of more than there may be",
      tarGz(dockerfile, pax({ comment: "x".repeat(5_000_000) }), { name: "x" }),
      "context: the tar is damaged; pack it and upload it again",
    ],
    [
      "holds too many files",
      tarGz(...many(101, { name: "x", content: "x" })),
      "context: holds more than 100 files and folders; leave out what the build does not read",
    ],
    [
      "holds too many folders by their names alone",
      tarGz(
        dockerfile,
        { name: "a/".repeat(45) },
        { name: `b/${"a/".repeat(44)}`, type: "5" },
        { name: "c/".repeat(20), type: "5" },
      ),
      "context: holds more than 100 files and folders; leave out what the build does not read",
    ],
    [
      "has no Dockerfile",
      tar({ name: "dockerfile", content: "x" }),
      'context: has no "Dockerfile"; pack it from within the folder that the path is of, or name another Dockerfile',
    ],
    [
      "has a folder for a Dockerfile",
      tar({ name: "Dockerfile/x", content: "x" }),
      'context: "Dockerfile" is a folder; name the Dockerfile in it',
    ],
    [
      "has too large a Dockerfile",
      tar({ name: "Dockerfile", content: "#".repeat(2_049) }),
      "Dockerfile: has more than 2 KiB; shorten it, or COPY what it holds from a context",
    ],
    [
      "has an unfit Dockerfile",
      tar({ name: "Dockerfile", content: "RUN true\n" }),
      "Dockerfile: has no FROM line; begin it with the image to start from",
    ],
  ])("when it %s", async (_what, bytes, why) => {
    await expect(receive(bytes)).rejects.toThrow(new ContextRefused(why));
    await expect(receive(bytes, {}, 1_000)).rejects.toThrow(ContextRefused);
  });

  it("and is read no further", async () => {
    let given = 0;
    async function* endless() {
      yield tar(dockerfile, { name: "../x" }).subarray(0, 2_048);
      for (;;) {
        given += 1;
        yield Buffer.alloc(65_536);
      }
    }
    const stream = Readable.from(endless());
    await expect(receiveTar(stream, limits)).rejects.toThrow("leads out of the context");
    expect([stream.destroyed, stream.errored, given < 4]).toEqual([true, null, true]);
  });
});

it("a stream that breaks off fails with its own error", async () => {
  async function* half() {
    yield tar(dockerfile).subarray(0, 700);
    throw new Error("aborted by the client");
  }
  await expect(receiveTar(Readable.from(half()), limits)).rejects.toThrow(
    new Error("aborted by the client"),
  );
});

function shown(name: string): string {
  return JSON.stringify(
    name
      .replace("\t", "<9>")
      .replace("\u001b", "<1b>")
      .replaceAll(/[\xfe\xff]/g, "\ufffd"),
  );
}

function many(count: number, header: Header): Header[] {
  return Array.from({ length: count }, (_each, index) => ({
    ...header,
    name: `${header.name}${index}`,
  }));
}

function broken(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.fill(0xff, 30, 50);
  return copy;
}

function pieces(bytes: Buffer, at: number): Buffer[] {
  return [bytes.subarray(0, at), bytes.subarray(at)];
}
