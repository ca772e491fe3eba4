import { expect, it } from "vitest";
import { KnownBlobs } from "../../../builder/registry/known-blobs.ts";

it("a blob is known in the repository that it was seen in, and for an hour", () => {
  let now = 0;
  const known = new KnownBlobs(() => now);
  known.add("web", "sha256:1");
  const seen = () => [known.holds("web", "sha256:1"), known.holds("api", "sha256:1")];
  expect(seen()).toEqual([true, false]);
  now = 60 * 60_000;
  expect(seen()).toEqual([false, false]);
});

it("another repository that holds a blob is known for a mount, until it is forgotten", () => {
  const known = new KnownBlobs();
  known.add("web", "sha256:1");
  const siblings = () => ["web", "api"].map((path) => known.sibling(path, "sha256:1"));
  expect(siblings()).toEqual([undefined, "web"]);
  known.forget("web", ["sha256:1"]);
  expect([...siblings(), known.holds("web", "sha256:1")]).toEqual([undefined, undefined, false]);
});

it("of many blobs those used last are known", () => {
  const known = new KnownBlobs();
  known.add("web", "sha256:first");
  known.add("web", "sha256:second");
  known.add("web", "sha256:first");
  for (let index = 0; index < 19_999; index += 1) known.add("web", `sha256:${index}`);
  const held = ["first", "second", "0"].map((name) => known.holds("web", `sha256:${name}`));
  expect(held).toEqual([true, false, true]);
});
