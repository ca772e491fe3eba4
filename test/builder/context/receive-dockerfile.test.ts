import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Allowed } from "../../../builder/context/dockerfile.ts";
import { receiveDockerfile } from "../../../builder/context/receive-dockerfile.ts";
import { ContextRefused } from "../../../builder/context/refused.ts";
import { entry, limits } from "./tars.ts";

const receive = (text: string | Buffer, allowed: Allowed = {}, dockerfileBytes = 2_048) =>
  receiveDockerfile(Buffer.from(text as string), { ...limits, dockerfileBytes }, allowed);

const pythonOnly = { baseImages: ["python", "gcr.io/distroless/*"] };
const official = { frontends: ["docker.io/docker/dockerfile*"] };

describe("a Dockerfile alone", () => {
  it("becomes a context of one file, the same each time", async () => {
    const { parts, ...rest } = await receive("FROM scratch\n");
    expect(rest).toEqual({ bytes: 13, files: 1 });
    const tar = gunzipSync(Buffer.concat(parts));
    const file = entry({ name: "Dockerfile", content: "FROM scratch\n" });
    expect(tar.subarray(512)).toEqual(Buffer.concat([file.subarray(512), Buffer.alloc(1_024)]));
    expect((await receive("FROM scratch\n")).parts).toEqual(parts);
  });

  it("is cut into parts of one MiB", async () => {
    const noise = Buffer.from(crypto.getRandomValues(new Uint8Array(65_000))).toString("hex");
    const lines = (noise.match(/.{1,99}/g) ?? []).join("\n#");
    const text = `FROM scratch\n#${lines}\n#${lines}\n`.repeat(9);
    const { parts } = await receive(text, {}, 2 ** 22);
    expect(parts[0]).toHaveLength(2 ** 20);
    expect(gunzipSync(Buffer.concat(parts)).includes(text)).toBe(true);
  });

  it.each<[what: string, text: string, allowed: Allowed]>([
    ["a FROM in small letters", "from scratch", {}],
    ["arguments and comments before it", "# a\n\nARG A=1\nFROM python:$A\n", pythonOnly],
    ["the marks of another system", "\ufeffFROM scratch\r\nRUN true\r\n", pythonOnly],
    ["an allowed image", "FROM python:3.12-slim", pythonOnly],
    ["an allowed image in full", "FROM docker.io/library/python@sha256:abc AS x", pythonOnly],
    [
      "an allowed image of another host",
      "FROM --platform=linux/arm64 gcr.io/distroless/a:b",
      pythonOnly,
    ],
    ["its own stages", "FROM python AS One\nFROM one\nFROM ONE as two\nFROM two", pythonOnly],
    [
      "a FROM in a comment of a continued line",
      "FROM python\nRUN a \\\n# FROM evil\n b",
      pythonOnly,
    ],
    ["a FROM that goes on from the line before", "FROM python\nRUN a \\\nFROM evil", pythonOnly],
    [
      "a FROM in a here-document",
      "FROM python\nRUN <<A <<-'B'\nFROM evil\nA\nFROM evil\n\tB\nRUN b",
      pythonOnly,
    ],
    ["another escape", "# escape=`\nFROM python\nRUN a `\nFROM evil", pythonOnly],
    ["a frontend that is allowed", "# syntax=docker/dockerfile:1\nFROM scratch", official],
    ["a syntax that is a mere comment", "FROM scratch\n# syntax=evil", official],
  ])("may have %s", async (_what, text, allowed) => {
    expect(await receive(text, allowed)).toMatchObject({ files: 1 });
  });

  const noFrom = "has no FROM line; begin it with the image to start from";
  const notAmong = (line: number, name: string) =>
    `line ${line}: FROM "${name}" is not among the base images of this builder (python, gcr.io/distroless/*); use one of them`;
  it.each<[what: string, text: string | Buffer, why: string, allowed: Allowed]>([
    ["is empty", "", "is empty; write a FROM line and what follows", {}],
    ["is blank", " \n\t\r\n", "is empty; write a FROM line and what follows", {}],
    ["has no FROM", "RUN true\n", noFrom, {}],
    ["has a FROM in a comment", "# FROM scratch\n", noFrom, {}],
    ["has a FROM in a here-document", "RUN <<A\nFROM scratch\nA\n", noFrom, {}],
    [
      "is no UTF-8",
      Buffer.from("FROM scratch\nRUN \xff", "latin1"),
      "is not UTF-8; save it as UTF-8 text",
      {},
    ],
    [
      "is UTF-16",
      Buffer.from("FROM scratch", "utf16le"),
      "holds a NUL character; send it as text",
      {},
    ],
    [
      "is too large",
      `FROM scratch\n${"#".repeat(2_048)}`,
      "has more than 2 KiB; shorten it, or COPY what it holds from a context",
      {},
    ],
    ["is of another image", "FROM python\nFROM evil:1\n", notAmong(2, "evil:1"), pythonOnly],
    ["is of another image in quotes", 'FROM "evil"', notAmong(1, "evil"), pythonOnly],
    ["is of a name alike", "FROM acme/python", notAmong(1, "acme/python"), pythonOnly],
    [
      "is of a host alike",
      "FROM gcr.io.evil/distroless/a",
      notAmong(1, "gcr.io.evil/distroless/a"),
      pythonOnly,
    ],
    [
      "is of another image after flags",
      "FROM --platform=$P evil AS a",
      notAmong(1, "evil"),
      pythonOnly,
    ],
    ["is of another image over two lines", "FROM \\\n  evil", notAmong(1, "evil"), pythonOnly],
    [
      "hides it behind a here-document without end",
      "FROM python\nRUN <<A\nFROM evil",
      notAmong(3, "evil"),
      pythonOnly,
    ],
    [
      "asks for another frontend",
      "# syntax=evil/frontend\nFROM scratch",
      '# syntax="evil/frontend" is not among the frontends of this builder (docker.io/docker/dockerfile*); use one of them, or leave the line out',
      official,
    ],
  ])("is refused when it %s", async (_what, text, why, allowed) => {
    await expect(receive(text, allowed)).rejects.toThrow(new ContextRefused(`Dockerfile: ${why}`));
  });

  it("is refused when a line is giant", async () => {
    await expect(receive(`FROM scratch\nRUN ${"x".repeat(65_536)}`, {}, 2 ** 20)).rejects.toThrow(
      new ContextRefused("Dockerfile: line 2 has more than 64 KiB; break it"),
    );
  });

  it.each([
    ["continued lines", `FROM scratch\nRUN a${" \\\na".repeat(150_000)}`],
    ["here-documents", `FROM scratch\nRUN ${"<<A \\\n".repeat(60_000)}\n${"A\n".repeat(60_000)}`],
    ["empty lines", `FROM scratch\n${"\n".repeat(500_000)}`],
    ["blanks", `FROM scratch\n${`${" ".repeat(60_000)}\n`.repeat(8)}`],
  ])("of nothing but %s takes no time to speak of", async (_what, text) => {
    const start = performance.now();
    await receive(text, {}, 2 ** 20);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});
