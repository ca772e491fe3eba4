import { expect, it } from "vitest";
import type { Registry } from "../../../infra/registries/registry.ts";
import type { Manifest } from "../fake-registry.ts";

/** A registry under test and a back door into what it keeps. */
export interface RegistryUnderTest {
  readonly registry: Registry;
  /** The repository as it has to be written for the engine. */
  readonly repository: string;
  /** Puts a manifest there as a push would; returns its digest. */
  hold(manifest: Manifest, tag?: string): string;
  /** What a tag names now. */
  held(tag: string): Manifest | undefined;
  /** How often something was written through the registry under test. */
  writes(): number;
}

/** What the corridor expects of a registry of any kind; every kind runs it. */
export function registryContract(open: () => Promise<RegistryUnderTest>): void {
  const type = "application/vnd.oci.image.index.v1+json";
  const first: Manifest = { type, content: Buffer.from('{ "first":\n "ü" }\n') };
  const second: Manifest = { type, content: Buffer.from('{"second":2}') };

  it("names its repository fully", async () => {
    const { registry, repository } = await open();
    expect(registry.repository).toBe(repository);
  });

  it("finds the digest of a tag and of a digest", async () => {
    const { registry, hold } = await open();
    const digest = hold(first, "main");
    expect(await registry.digestOf("main")).toBe(digest);
    expect(await registry.digestOf(digest)).toBe(digest);
  });

  it("finds nothing of what it does not hold", async () => {
    const { registry } = await open();
    expect(await registry.digestOf("main")).toBeUndefined();
    expect(await registry.digestOf(`sha256:${"0".repeat(64)}`)).toBeUndefined();
  });

  it.each([
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
  ])("tags %s by its very bytes", async (manifestType) => {
    const { registry, hold, held } = await open();
    const manifest = { ...first, type: manifestType };
    const digest = hold(manifest);
    await registry.tag(digest, "main");
    expect(held("main")).toEqual(manifest);
    expect(await registry.digestOf("main")).toBe(digest);
  });

  it("moves a tag to another digest and keeps the old image", async () => {
    const { registry, hold, held } = await open();
    const before = hold(first, "main");
    await registry.tag(hold(second), "main");
    expect(held("main")).toEqual(second);
    expect(await registry.digestOf(before)).toBe(before);
  });

  it("writes nothing where the tag is right already", async () => {
    const { registry, hold, writes } = await open();
    const digest = hold(first, "main");
    await registry.tag(digest, "main");
    expect(writes()).toBe(0);
  });

  it("refuses to tag what it does not hold", async () => {
    const { registry, held } = await open();
    const digest = `sha256:${"0".repeat(64)}`;
    await expect(registry.tag(digest, "main")).rejects.toThrow(digest);
    expect(held("main")).toBeUndefined();
  });
}
