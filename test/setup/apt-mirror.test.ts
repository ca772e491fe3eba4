import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { aptMirror, debianSuite } from "../../setup/apt-mirror.ts";
import { temporaryFolder } from "./fake-machine.ts";

function aptFolder(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

const accepted: readonly [string, Readonly<Record<string, string>>][] = [
  ["one line", { "sources.list": "deb http://mirror.test/debian bookworm main\n" }],
  [
    "a line with options, after others",
    {
      "sources.list":
        "# deb http://old.test/debian bookworm main\n" +
        "deb-src http://src.test/debian bookworm main\n" +
        "deb http://security.test/debian bookworm-security main\n" +
        "deb [arch=amd64 signed-by=/key] http://mirror.test/debian bookworm main contrib\n",
    },
  ],
  [
    "a paragraph with comments",
    {
      "sources.list.d/debian.sources":
        "Types: deb deb-src\n# a remark\nURIs: http://mirror.test/debian\nSuites: bookworm bookworm-updates\n\n" +
        "Types: deb\nURIs: http://security.test/debian\nSuites: bookworm-security\n",
    },
  ],
  [
    "another product's list beside it",
    {
      "sources.list.d/a.list": "deb https://cloud.test/apt cloud-bookworm main\n",
      "sources.list.d/b.sources": "Types: deb\nURIs: http://mirror.test/debian\nSuites: bookworm\n",
      "sources.list.d/c.list.save": "deb http://saved.test/debian bookworm main\n",
    },
  ],
];

test.each(accepted)("the mirror is read from %s", (_what, files) => {
  expect(aptMirror("bookworm", aptFolder(files))).toBe("http://mirror.test/debian");
});

test("sources without this release have no mirror for it", () => {
  const folder = aptFolder({ "sources.list": "deb http://mirror.test/debian trixie main\n" });
  expect(() => aptMirror("bookworm", folder)).toThrow(
    `apt's sources in ${folder} name no mirror for bookworm`,
  );
});

test("the release is the one the machine runs", () => {
  const folder = aptFolder({ "os-release": "ID=debian\nVERSION_CODENAME=trixie\n" });
  expect(debianSuite(join(folder, "os-release"))).toBe("trixie");
});
