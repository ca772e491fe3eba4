import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readConfig } from "../infra/config.ts";

const checkout = join(import.meta.dirname, "..");
const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], {
  cwd: checkout,
  encoding: "utf8",
})
  .split("\n")
  .filter((path) => path !== "" && existsSync(join(checkout, path)));
const folders = new Set(
  files.flatMap((path) => path.split("/").map((_, at, all) => all.slice(0, at).join("/"))),
);
const documents = files.filter((path) => path.endsWith(".md"));
const { scripts } = JSON.parse(readFileSync(join(checkout, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** Paths that a run makes and git ignores. */
const made = [".slipway/"];

describe.each(documents)("%s", (path) => {
  const text = readFileSync(join(checkout, path), "utf8");

  it("links only to files that exist", () => {
    const links = [...text.matchAll(/\]\((?!https?:)(?<target>[^)#]+)/g)];
    const missing = links
      .map(({ groups }) => join(dirname(path), groups?.target ?? ""))
      .filter((target) => !files.includes(target) && !folders.has(target.replace(/\/$/, "")));
    expect(missing).toEqual([]);
  });

  it("names only paths of the tree that exist", () => {
    const first = [...new Set(files.map((file) => file.split("/")[0]))]
      .join("|")
      .replaceAll(".", "\\.");
    const named = [...text.matchAll(new RegExp(`\`(?<target>(?:${first})(?:/[\\w./-]*)?)\``, "g"))];
    const missing = named
      .map(({ groups }) => groups?.target ?? "")
      .filter(
        (target) =>
          !made.includes(target) &&
          !files.includes(target) &&
          !folders.has(target.replace(/\/$/, "")),
      );
    expect(missing).toEqual([]);
  });

  it("names only npm scripts that exist", () => {
    const named = [
      ...text.matchAll(
        /npm (?:--silent )?(?:run )?(?<script>start|stop|test|run|[a-z]+)(?=[ `\n])/g,
      ),
    ]
      .filter(([match]) => /npm (?:--silent )?(?:run |start|stop|test)/.test(match))
      .map(({ groups }) => groups?.script ?? "");
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });
});

describe("README.md", () => {
  const readme = readFileSync(join(checkout, "README.md"), "utf8");

  it("shows a stack file that the program accepts", () => {
    const [, yaml = ""] = /```yaml\n(.*?)```/s.exec(readme) ?? [];
    const { config } = parse(yaml) as { config: Record<string, unknown> };
    const values = Object.entries(config).map(([key, value]) => [key, JSON.stringify(value)]);
    pulumi.runtime.setAllConfig(Object.fromEntries(values) as Record<string, string>);
    expect(Object.keys(readConfig().services)).toEqual(["web"]);
  });
});
