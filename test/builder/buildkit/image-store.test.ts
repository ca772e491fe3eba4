import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findImage, forgetElsewhere, ImageStore } from "../../../builder/buildkit/image-store.ts";

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "slipway-images-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file of a layout as BuildKit would, and returns its digest. */
function blob(store: ImageStore, content: string | Buffer): { digest: string; size: number } {
  const hex = createHash("sha256").update(content).digest("hex");
  const folder = join(store.folder, "blobs", "sha256");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, hex), content);
  return { digest: `sha256:${hex}`, size: content.length };
}

/** Writes an image of these layers, and returns its manifest's digest. */
function image(store: ImageStore, config: string, layers: readonly (string | Buffer)[]): string {
  const manifest = { config: blob(store, config), layers: layers.map((each) => blob(store, each)) };
  return blob(store, JSON.stringify(manifest)).digest;
}

const blobsOf = (store: ImageStore): string[] =>
  readdirSync(join(store.folder, "blobs", "sha256")).toSorted();
const hexOf = (content: string | Buffer): string =>
  createHash("sha256").update(content).digest("hex");

/** A layer that is large enough to be worth keeping. */
const base = Buffer.alloc(2 ** 20, 1);

test("an image is found while it is kept, by whichever worker of the folder", async () => {
  const folder = temporaryFolder();
  const store = new ImageStore(folder, "vm-1", 1);
  expect(findImage(join(folder, "none"), `sha256:${"a".repeat(64)}`)).toBeUndefined();
  const digest = await store.write(async () => {
    const made = image(store, "config", ["layer"]);
    await store.keep(made, "b1");
    return made;
  });
  expect(findImage(folder, digest)).toBe(join(folder, "images-vm-1-1"));
  expect(await store.bytes(digest)).toBe("layer".length);
  await forgetElsewhere(folder, digest, "b1");
  expect(findImage(folder, digest)).toBeUndefined();
});

test("what a kept image shares with a forgotten one stays, and so does a large layer", async () => {
  const store = new ImageStore(temporaryFolder(), "vm-1", 0);
  const [first, second] = await store.write(async () => {
    const made = [image(store, "one", [base, "shared"]), image(store, "two", ["shared", "own"])];
    for (const digest of made) await store.keep(digest, "b1");
    return made;
  });
  await store.forget(second ?? "", "b1");
  expect(blobsOf(store)).toEqual(
    [hexOf("one"), hexOf(base), hexOf("shared"), first?.slice("sha256:".length)].toSorted(),
  );
  await store.forget(first ?? "", "b1");
  expect(blobsOf(store)).toEqual([hexOf(base)]);
});

test("an image that two builds have made stays until both have let go of it", async () => {
  const folder = temporaryFolder();
  const [one, two] = [new ImageStore(folder, "vm-1", 0), new ImageStore(folder, "vm-1", 1)];
  const [digest = ""] = await Promise.all(
    [one, two].map((store, index) =>
      store.write(async () => {
        const made = image(store, "config", ["layer"]);
        await store.keep(made, `b${index}`);
        await store.keep(made, "b2");
        return made;
      }),
    ),
  );
  for (const build of ["b0", "b1"]) {
    for (const store of [one, two]) await store.forget(digest, build);
    expect(findImage(folder, digest)).toBe(one.folder);
  }
  for (const store of [one, two]) await store.forget(digest, "b2");
  expect(findImage(folder, digest)).toBeUndefined();
});

test("nothing is swept while a build writes, and what a killed one left is cleared away", async () => {
  const store = new ImageStore(temporaryFolder(), "vm-1", 0);
  const old = await store.write(async () => {
    const made = image(store, "old", []);
    await store.keep(made, "b1");
    return made;
  });
  await store
    .write(async () => {
      blob(store, "being written");
      await store.forget(old, "b1");
      expect(blobsOf(store)).toContain(hexOf("being written"));
      throw new Error("killed");
    })
    .catch(() => {});
  expect(blobsOf(store)).toEqual([]);
  blob(store, "left behind");
  await store.tidy();
  expect(blobsOf(store)).toEqual([]);
});

test("what is no digest names no file", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "images-vm-1-0", "kept"), { recursive: true });
  expect(() => findImage(folder, "sha256:../../etc/passwd")).toThrow(
    "sha256:../../etc/passwd is no digest of an image",
  );
});
