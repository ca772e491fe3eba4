import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dockerfile, entry, type Header, pax, tar, tarGz } from "../context/tars.ts";
import { type Door, expectProblem, openDoor, request } from "./door.ts";
import { form, formType, named, type Part } from "./forms.ts";

// What is uploaded with ill intent, over HTTP: refused with words, and nothing of it stays.

let door: Door;
beforeAll(async () => {
  door = await openDoor({
    BUILDER_BODY_BYTES: "2m",
    BUILDER_CONTEXT_BYTES: "8m",
    BUILDER_CONTEXT_FILES: "500",
    BUILDER_BASE_IMAGES: "python,docker.io/library/debian",
    BUILDER_PER_MINUTE: "100000",
  });
}, 60_000);
afterAll(() => door?.close());

function order(...parts: readonly Part[]): Buffer {
  const headers = { ...formType, authorization: `Bearer ${door.token}` };
  return request("POST", "/v1/builds", headers, form(...named, ...parts));
}

const context = (content: Buffer): Part => ({ name: "context", content, file: "context.tar" });
const alone = (content: string | Buffer): Part => ({
  name: "dockerfile",
  content,
  file: "Dockerfile",
});
const many = (count: number, header: (index: number) => Header): Header[] =>
  Array.from({ length: count }, (_each, index) => header(index));

describe("a hostile context", () => {
  it.each<[what: string, bytes: () => Buffer, why: RegExp]>([
    [
      "a slip out of the folder",
      () => tar(dockerfile, { name: "../../etc/cron.d/x", content: "x" }),
      /leads out of the context/,
    ],
    [
      "a slip hidden in the middle",
      () => tarGz(dockerfile, { name: "a/b/../../../x", content: "x" }),
      /leads out of the context/,
    ],
    [
      "a slip by pax",
      () => tar(dockerfile, pax({ path: "../x" }), { name: "x" }),
      /leads out of the context/,
    ],
    [
      "a slip by a long name of GNU",
      () => tar(dockerfile, { name: "././@LongLink", type: "L", content: "../x\0" }, { name: "x" }),
      /leads out of the context/,
    ],
    [
      "an absolute path",
      () => tar(dockerfile, { name: "/etc/passwd", content: "x" }),
      /is an absolute path/,
    ],
    [
      "a path of another system",
      () => tar(dockerfile, { name: "..\\..\\x", content: "x" }),
      /has a backslash/,
    ],
    ["a drive", () => tar(dockerfile, { name: "C:/x", content: "x" }), /begins with a drive/],
    [
      "a NUL in a name",
      () => tar(dockerfile, pax({ path: "a\0b" }), { name: "x" }),
      /has a control character/,
    ],
    [
      "a name that clears the screen",
      () => tar(dockerfile, { name: "\u001b[2J", content: "x" }),
      /has a control character/,
    ],
    [
      "a symbolic link, and a file through it",
      () => tar(dockerfile, { name: "l", type: "2", link: "/etc" }, { name: "l/x", content: "x" }),
      /is a symbolic link/,
    ],
    [
      "a hard link out of it",
      () => tar(dockerfile, { name: "l", type: "1", link: "/etc/shadow" }),
      /is a hard link/,
    ],
    [
      "a Dockerfile that is a link",
      () => tar({ name: "Dockerfile", type: "2", link: "/etc/shadow" }),
      /is a symbolic link/,
    ],
    ["a device", () => tar(dockerfile, { name: "null", type: "3" }), /is a device/],
    ["a pipe", () => tar(dockerfile, { name: "pipe", type: "6" }), /is a pipe/],
    [
      "a sparse file of 10 GB",
      () => tar(dockerfile, { name: "x", type: "S", size: 10 * 2 ** 30 }),
      /sparse file/,
    ],
    [
      "a sparse file of pax",
      () => tar(dockerfile, pax({ "GNU.sparse.realsize": "10737418240" }), { name: "x" }),
      /sparse file/,
    ],
    [
      "a file that claims 10 GB",
      () => tar(dockerfile, { name: "x", size: 10 * 2 ** 30 }),
      /its files have more than 8 MiB/,
    ],
    [
      "a size below zero",
      () => tar(dockerfile, pax({ size: "-5" }), { name: "x" }),
      /the tar is damaged/,
    ],
    [
      "a gzip bomb",
      () => tarGz(dockerfile, { name: "x", content: Buffer.alloc(64 * 2 ** 20) }),
      /its files have more than 8 MiB/,
    ],
    [
      "a gzip bomb behind the end",
      () => gzipSync(Buffer.concat([tar(dockerfile), Buffer.alloc(128 * 2 ** 20)])),
      /far more than its entries do/,
    ],
    [
      "a gzip of a gzip",
      () => gzipSync(tarGz(dockerfile)),
      /is no tar archive|the tar is damaged|is cut off/,
    ],
    [
      "more files than there may be",
      () => tarGz(...many(501, (index) => ({ name: `f${index}`, content: "x" }))),
      /more than 500 files and folders/,
    ],
    [
      "more folders than there may be",
      () =>
        tarGz(dockerfile, ...many(12, (index) => ({ name: `${index}/`.repeat(45), type: "5" }))),
      /more than 500 files and folders/,
    ],
    ["a file twice", () => tar(dockerfile, dockerfile), /is in the archive twice/],
    [
      "a file that is a folder",
      () => tar(dockerfile, { name: "Dockerfile/x", content: "x" }),
      /is a file and a folder at once/,
    ],
    [
      "a header with a wrong sum",
      () => Buffer.concat([entry(dockerfile), tar({ name: "x", checksum: "777777\0 " })]),
      /the tar is damaged/,
    ],
    [
      "an archive that is cut off",
      () => tar(dockerfile, { name: "x", content: "x".repeat(5_000) }).subarray(0, 3_000),
      /is cut off/,
    ],
    ["a gzip that is cut off", () => tarGz(dockerfile).subarray(0, 70), /is cut off/],
    [
      "a zip",
      () => Buffer.from("PK\u0003\u0004".padEnd(2_000, "x")),
      /is a zip, which is not taken/,
    ],
    ["nothing at all", () => Buffer.alloc(0), /is empty/],
    ["no Dockerfile", () => tar({ name: "x", content: "x" }), /has no "Dockerfile"/],
    [
      "a Dockerfile of a forbidden image",
      () => tar({ name: "Dockerfile", content: "FROM evil\n" }),
      /FROM "evil" is not among the base images/,
    ],
    [
      "a pax header of megabytes",
      () => tarGz(dockerfile, pax({ comment: "x".repeat(3_000_000) }), { name: "x" }),
      /far more than its entries do/,
    ],
  ])("with %s is refused", async (_what, bytes, why) => {
    expectProblem(await door.send([order(context(bytes()))]), 422, why);
    await door.isUnharmed();
  });

  it.each(["../Dockerfile", "/etc/passwd", "a/../../b", "a\\b", "\u0001", "x".repeat(300)])(
    "whose Dockerfile is said to be %j is refused",
    async (path) => {
      const parts = [{ name: "dockerfile", content: path }, context(tar(dockerfile))];
      const reply = await door.send([order(...parts)]);
      expect([400, 422]).toContain(reply.status);
      expectProblem(reply, reply.status, /^dockerfile: is no path within the context/);
      await door.isUnharmed();
    },
  );
});

describe("a hostile Dockerfile", () => {
  const from = "FROM python\n";
  it.each<[what: string, content: string | Buffer, status: number, why: RegExp]>([
    [
      "of a forbidden image",
      "FROM evil/python\n",
      422,
      /FROM "evil\/python" is not among the base images/,
    ],
    [
      "of a forbidden image in a later stage",
      `${from}FROM gcr.io/evil AS x\n`,
      422,
      /line 2: FROM "gcr.io\/evil"/,
    ],
    [
      "with a forbidden frontend",
      `# syntax=evil/frontend\n${from}`,
      422,
      /# syntax="evil\/frontend" is not among the frontends/,
    ],
    [
      "with a forbidden frontend of the other form",
      `//syntax=evil/frontend\n${from}`,
      422,
      /"evil\/frontend" is not among the frontends/,
    ],
    [
      "with a forbidden frontend behind a mark",
      `\ufeff#syntax=evil/frontend\n${from}`,
      422,
      /"evil\/frontend" is not among/,
    ],
    ["without FROM", "RUN true\n", 422, /has no FROM line/],
    ["of nothing", "", 422, /is empty/],
    ["with a NUL", `${from}RUN a\0b`, 422, /holds a NUL/],
    ["that is no text", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe]), 422, /is not UTF-8/],
    ["with a giant line", `${from}RUN ${"x".repeat(100_000)}`, 422, /line 2 has more than 64 KiB/],
    [
      "larger than it may be",
      `${from}#${"x\n#".repeat(300_000)}`,
      413,
      /^dockerfile: is larger than 524288 bytes/,
    ],
    [
      "of nothing but continued lines",
      `${from}RUN x${" \\\nx".repeat(120_000)}\nFROM evil`,
      422,
      /FROM "evil"/,
    ],
  ])("%s is refused", async (_what, content, status, why) => {
    expectProblem(await door.send([order(alone(content))]), status, why);
    await door.isUnharmed();
  });
});
