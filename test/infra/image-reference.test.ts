import { describe, expect, it } from "vitest";
import { branchTag, formatReference, parseReference } from "../../infra/image-reference.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

describe("an image reference", () => {
  it.each(["localhost:5055/web", "docker.io/team/app", "eu-docker.pkg.dev/project/repository/app"])(
    "of %s reads as it was written",
    (repository) => {
      const text = `${repository}@${digest}`;
      expect(parseReference(text)).toEqual({ repository, digest });
      expect(formatReference({ repository, digest })).toBe(text);
    },
  );

  it.each([
    "",
    "localhost:5055/web",
    "localhost:5055/web:main",
    digest,
    `@${digest}`,
    `web@${digest}0`,
    `web@${digest.slice(0, -1)}`,
    `web@${digest.toUpperCase()}`,
    `web@sha512:${"0".repeat(128)}`,
    `a@b@${digest}`,
    `web@${digest}\n`,
  ])("is not %j", (text) => {
    expect(() => parseReference(text)).toThrow(
      new Error(`image: "${text}" is not of the form repository@sha256:<64 hex digits>`),
    );
  });
});

describe("the tag of a branch", () => {
  it.each([
    ["main", "main"],
    ["release-1.2_3", "release-1.2_3"],
    ["b".repeat(128), "b".repeat(128)],
    ["feature/x", "feature-x-217d2bf5"],
  ])("%s is %s", (branch, tag) => {
    expect(branchTag(branch)).toBe(tag);
  });

  const long = "b".repeat(300);
  const awkward = [
    "feature/x",
    "feature-x",
    "feature_x",
    "feature.x",
    "feature//x",
    "Feature/x",
    "FEATURE/X",
    "/x",
    "-x",
    "--x",
    ".x",
    "_x",
    "x.",
    "x/",
    "x@y",
    "x#1",
    "x y",
    "x:y",
    "x+y",
    "ü",
    "ö",
    "分支",
    "🚢",
    "@",
    "-",
    "b".repeat(127),
    "b".repeat(128),
    "b".repeat(129),
    long,
    `${long}b`,
    `a/${long}`,
    `-${long}`,
    `/${"b".repeat(127)}`,
    `/${"b".repeat(128)}`,
    "0123456789abcdef0123456789abcdef01234567",
  ];

  it.each(awkward)("%s is one that registries take", (branch) => {
    expect(branchTag(branch)).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/);
    expect(branchTag(branch)).toBe(branchTag(branch));
  });

  it("is no other branch's", () => {
    expect(new Set(awkward.map(branchTag)).size).toBe(awkward.length);
  });

  it("is never the tag of a commit", () => {
    const hash = "0123456789abcdef0123456789abcdef01234567";
    for (const branch of [hash, `${hash}-dirty-0123456789ab`]) {
      expect(branchTag(branch)).not.toBe(branch);
    }
  });
});
