import { describe, expect, it } from "vitest";
import { NameRefused, placeOf, referenceFor } from "../../../builder/registry/reference.ts";

const local = { origin: "http://localhost:5055", prefix: "localhost:5055" };
const hub = { origin: "https://registry-1.docker.io", prefix: "docker.io/acme" };
const below = { origin: "https://gcr.io", prefix: "gcr.io/project/below" };

describe("a reference", () => {
  it.each([
    [local, "web", "1.0", "localhost:5055/web:1.0", "web"],
    [local, "team/web", "1.0", "localhost:5055/team/web:1.0", "team/web"],
    [hub, "web", "latest", "docker.io/acme/web:latest", "acme/web"],
    [below, "team/web", "v1", "gcr.io/project/below/team/web:v1", "project/below/team/web"],
  ])("says where an image goes: %#", (registry, name, tag, reference, path) => {
    expect(referenceFor(registry, name, tag)).toBe(reference);
    expect(placeOf(registry, reference)).toEqual({ path, tag });
  });

  it("of another registry has no place in this one", () => {
    expect(placeOf(hub, "docker.io/acme2/web:1")).toBeUndefined();
  });

  it("may be as long as registries take it, and no longer", () => {
    const name = "x".repeat(255 - local.prefix.length - 1);
    expect(referenceFor(local, name, "t".repeat(128))).toHaveLength(255 + 129);
    expect(() => referenceFor(local, `${name}x`, "1")).toThrow(
      new NameRefused(
        "image_name: with localhost:5055/ before it, it has 256 characters, and registries take 255; shorten it",
      ),
    );
  });

  it("has no slash within a namespace of Docker Hub", () => {
    expect(() => referenceFor(hub, "team/web", "1")).toThrow(
      new NameRefused(
        'image_name: "team/web" has a slash, and Docker Hub knows names of one part within docker.io/acme; use "team-web"',
      ),
    );
  });
});
