import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gunzipSync, gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { expect, onTestFinished, test } from "vitest";
import { layoutFromSaved } from "../../../builder/buildkit/saved-image.ts";

/** Larger than what is read as a whole. */
const large = Buffer.alloc(5 * 2 ** 20, 7);
const config = '{"os":"linux"}';

/** An archive as `docker save` writes it. */
function saved(
  files: Readonly<Record<string, string | Buffer | { link: string }>>,
  image: { Config: string; Layers: string[] },
): Readable {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) {
    if (typeof content === "object" && "link" in content) {
      archive.entry({ name, type: "symlink", linkname: content.link });
    } else archive.entry({ name }, content);
  }
  archive.entry({ name: "manifest.json" }, JSON.stringify([image]));
  archive.finalize();
  return Readable.from(archive);
}

const hash = (content: string | Buffer): string =>
  createHash("sha256").update(content).digest("hex");

/** Makes a layout of the archive; its config and hashes of its layers' content, each file checked against its digest. */
async function made(archive: Readable): Promise<{ config: string; layers: string[]; all: number }> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-saved-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const read = (digest: string): Buffer => {
    const content = readFileSync(join(folder, "blobs", "sha256", digest.slice("sha256:".length)));
    expect(`sha256:${hash(content)}`).toBe(digest);
    return content;
  };
  const digest = await layoutFromSaved(archive, folder);
  const [listed] = JSON.parse(readFileSync(join(folder, "index.json"), "utf8")).manifests;
  expect(listed.digest).toBe(digest);
  const manifest = JSON.parse(String(read(digest)));
  return {
    config: String(read(manifest.config.digest)),
    layers: manifest.layers.map((layer: { digest: string }) =>
      hash(gunzipSync(read(layer.digest))),
    ),
    all: readdirSync(join(folder, "blobs", "sha256")).length,
  };
}

test("an old engine's archive, with a layer that occurs twice", async () => {
  const archive = saved(
    {
      "a/layer.tar": large,
      "b/layer.tar": "small",
      "c/layer.tar": { link: "../a/layer.tar" },
      "1.json": config,
    },
    { Config: "1.json", Layers: ["a/layer.tar", "b/layer.tar", "c/layer.tar"] },
  );
  expect(await made(archive)).toEqual({
    config,
    layers: [hash(large), hash("small"), hash(large)],
    all: 4,
  });
});

test("a new engine's archive, whose layers may be compressed already", async () => {
  const archive = saved(
    {
      "blobs/sha256/1": config,
      "blobs/sha256/2": gzipSync("compressed"),
      "blobs/sha256/3": "plain",
    },
    { Config: "blobs/sha256/1", Layers: ["blobs/sha256/2", "blobs/sha256/3"] },
  );
  expect(await made(archive)).toEqual({
    config,
    layers: [hash("compressed"), hash("plain")],
    all: 4,
  });
});

test("an archive that lacks a part is refused", async () => {
  const archive = saved({ "1.json": config }, { Config: "1.json", Layers: ["a/layer.tar"] });
  await expect(made(archive)).rejects.toThrow("the engine saved an image without its a/layer.tar");
});

test.each([
  { where: "between two files", bytes: 512 + 5 * 2 ** 20 },
  { where: "within a large layer", bytes: 2 ** 20 },
  { where: "within a small file", bytes: 512 + 5 * 2 ** 20 + 515 },
])("an archive that breaks off $where fails, and nothing else does", async ({ bytes }) => {
  const whole = await buffer(
    saved({ "a.tar": large, "b.tar": "small" }, { Config: "b.tar", Layers: ["a.tar"] }),
  );
  const broken = Readable.from(
    (async function* () {
      yield whole.subarray(0, bytes);
      throw new Error("the engine went away");
    })(),
  );
  await expect(made(broken)).rejects.toThrow("the engine went away");
});
