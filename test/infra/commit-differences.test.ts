import { chmodSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readCommit } from "../../infra/commit.ts";
import { commitAll, git, repository, temporaryFolder, write } from "./repository.ts";

/** Reads a commit as a pipeline in that very checkout would. */
const read = (folder: string, environment: Record<string, string | undefined>) =>
  readCommit(folder, { environment, pipeline: folder });

beforeEach(() => {
  vi.stubEnv("GIT_CONFIG_GLOBAL", "/dev/null");
  vi.stubEnv("GIT_CONFIG_SYSTEM", "/dev/null");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const changes: [title: string, change: (folder: string) => void, differences: string[]][] = [
  ["a changed file", (folder) => write(folder, { "app/main.py": "print(2)\n" }), ["app/main.py"]],
  ["a deleted file", (folder) => rmSync(join(folder, "app/main.py")), ["app/main.py"]],
  ["a new file", (folder) => write(folder, { "app/new/a.py": "" }), ["app/new/a.py"]],
  ["a name with a space", (folder) => write(folder, { "app/a b.py": "" }), ["app/a b.py"]],
  ["a name with a newline", (folder) => write(folder, { "app/a\nb.py": "" }), ["app/a\nb.py"]],
  ["a name with an umlaut", (folder) => write(folder, { "app/ü.py": "" }), ["app/ü.py"]],
  ["an executable bit", (folder) => chmodSync(join(folder, "app/run.sh"), 0o755), ["app/run.sh"]],
  ["a new link", (folder) => symlinkSync("main.py", join(folder, "app/link")), ["app/link"]],
  [
    "a file that became a link",
    (folder) => {
      rmSync(join(folder, "app/run.sh"));
      symlinkSync("main.py", join(folder, "app/run.sh"));
    },
    ["app/run.sh"],
  ],
  ["a link to nowhere", (folder) => symlinkSync("gone", join(folder, "app/link")), ["app/link"]],
  [
    "a renamed file",
    (folder) => git(folder, "mv", "app/main.py", "app/other.py"),
    ["app/main.py", "app/other.py"],
  ],
  [
    "a staged change",
    (folder) => {
      write(folder, { "app/with space.py": "1" });
      git(folder, "add", ".");
    },
    ["app/with space.py"],
  ],
  [
    "several changes, in order of their names",
    (folder) => write(folder, { "app/z": "", "app/main.py": "", "app/B": "", "app/a": "" }),
    ["app/B", "app/a", "app/main.py", "app/z"],
  ],
];

describe("a context that differs from its commit", () => {
  it.each(changes)("by %s is named after it", (_title, change, names) => {
    const { folder, hash } = repository();
    change(folder);
    const commit = read(join(folder, "app"), {});
    expect(commit.differences).toEqual(names);
    expect(commit.id).toMatch(new RegExp(`^${hash}-dirty-[0-9a-f]{12}$`));
  });

  it("has the same name in every checkout", () => {
    const { folder } = repository();
    const clone = temporaryFolder();
    git(clone, "clone", "--quiet", folder, ".");
    for (const checkout of [folder, clone]) {
      write(checkout, { "app/main.py": "print(2)\n", "app/a b.py": "" });
      chmodSync(join(checkout, "app/run.sh"), 0o755);
    }
    const there = read(join(clone, "app"), {}).id;
    expect(there).toBe(read(join(folder, "app"), {}).id);
  });

  it.each<[string, (folder: string) => void, (folder: string) => void]>([
    [
      "content",
      (folder) => write(folder, { "app/a": "1" }),
      (folder) => write(folder, { "app/a": "2" }),
    ],
    [
      "name",
      (folder) => write(folder, { "app/a": "" }),
      (folder) => write(folder, { "app/b": "" }),
    ],
    [
      "executable bit",
      (folder) => write(folder, { "app/a": "" }),
      (folder) => {
        write(folder, { "app/a": "" });
        chmodSync(join(folder, "app/a"), 0o755);
      },
    ],
    [
      "link's target",
      (folder) => symlinkSync("main.py", join(folder, "app/a")),
      (folder) => symlinkSync("run.sh", join(folder, "app/a")),
    ],
    [
      "border between two files",
      (folder) => write(folder, { "app/a": "1", "app/b": "2" }),
      (folder) => write(folder, { "app/a": "1\0app/b\0-2" }),
    ],
    [
      "kind: a file in place of the link of the same text",
      (folder) => symlinkSync("main.py", join(folder, "app/a")),
      (folder) => write(folder, { "app/a": "link main.py" }),
    ],
  ])("has another name with another %s", (_title, change, otherChange) => {
    const [id, otherId] = [change, otherChange].map((make) => {
      const { folder } = repository();
      make(folder);
      return read(join(folder, "app"), {}).id;
    });
    expect(otherId).not.toBe(id);
  });

  it("has the same name whether the change is staged or not", () => {
    const { folder } = repository();
    write(folder, { "app/main.py": "print(2)\n" });
    const before = read(folder, {}).id;
    git(folder, "add", ".");
    expect(read(folder, {}).id).toBe(before);
  });

  it("names a file with a conflict", () => {
    const { folder } = repository();
    git(folder, "checkout", "--quiet", "-b", "other");
    write(folder, { "app/a b.py": "other\n" });
    commitAll(folder);
    git(folder, "checkout", "--quiet", "main");
    write(folder, { "app/a b.py": "main\n" });
    commitAll(folder);
    expect(() => git(folder, "merge", "other")).toThrow();
    expect(read(join(folder, "app"), {}).differences).toEqual(["app/a b.py"]);
  });

  it("names a file once that git has forgotten but the folder still has", () => {
    const { folder } = repository();
    git(folder, "rm", "--quiet", "--cached", "app/main.py");
    expect(read(join(folder, "app"), {}).differences).toEqual(["app/main.py"]);
  });

  it("has another name when a repository inside it holds something else", () => {
    const { folder } = repository();
    const nested = join(folder, "app", "nested");
    write(nested, { "a.py": "1" });
    git(nested, "init", "--quiet");
    commitAll(nested);
    const before = read(join(folder, "app"), {}).id;
    write(nested, { "a.py": "2" });
    expect(read(join(folder, "app"), {}).id).not.toBe(before);
  });

  it("is seen in a repository of its own, too", () => {
    const { folder } = repository();
    const nested = join(folder, "app", "nested");
    write(nested, { "a.py": "1" });
    git(nested, "init", "--quiet");
    const hash = commitAll(nested);
    write(nested, { "a.py": "2" });
    const commit = read(nested, {});
    expect(commit.differences).toEqual(["a.py"]);
    expect(commit.id).toMatch(new RegExp(`^${hash}-dirty-`));
  });
});

describe("a context is clean", () => {
  it.each<[string, (folder: string) => void]>([
    ["a file beside it", (folder) => write(folder, { "README.md": "Changed.\n" })],
    ["a new folder beside it", (folder) => write(folder, { "docs/a.md": "" })],
    ["a folder whose name begins alike", (folder) => write(folder, { "app2/main.py": "" })],
    [
      "a file that git ignores",
      (folder) => write(folder, { ".gitignore": "*.pyc\n", "app/main.pyc": "" }),
    ],
    ["the time of a file", (folder) => write(folder, { "app/main.py": "print(1)\n" })],
  ])("when all that changed is %s", (_title, change) => {
    const { folder, hash } = repository();
    change(folder);
    const { id, differences } = read(join(folder, "app"), {});
    expect({ id, differences }).toEqual({ id: hash, differences: [] });
  });
});
