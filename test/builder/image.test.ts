import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, posix } from "node:path";
import { expect, test } from "vitest";
import { readIgnoreRules } from "../../rehearsal/providers/docker/ignore-file.ts";

// What the builder's image is made of, against what the service imports.

const root = join(import.meta.dirname, "..", "..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** The files that one file leads to, itself too, and the packages that they import. */
function reached(entry: string) {
  const files = new Set<string>();
  const packages = new Set<string>();
  const follow = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const from of importsOf(read(file))) {
      if (from.startsWith(".")) follow(posix.join(posix.dirname(file), from));
      else if (!isBuiltin(from)) packages.add(/^(?:@[^/]+\/)?[^/]+/.exec(from)?.[0] ?? from);
    }
  };
  follow(entry);
  return { files: [...files].toSorted(), packages: [...packages].toSorted() };
}

function importsOf(text: string): string[] {
  const statements = text.matchAll(
    /^(?:import|export)\s+(?!type\s)(?:[^;"']*?\sfrom\s+)?["'](?<from>[^"']+)["']/gm,
  );
  const calls = text.matchAll(
    /(?:\bimport|\brequire|createRequire\(import\.meta\.url\))\(\s*["'](?<from>[^"']+)["']/g,
  );
  return [...statements, ...calls].map(({ groups }) => groups?.from ?? "");
}

const { files, packages } = reached("builder/start-in-image.ts");

test("every file that the service imports may pass into the build", async () => {
  const rules = await readIgnoreRules(root, join(root, "builder", "Dockerfile"));
  expect(files).toContain("setup/open-engine.ts");
  expect(files.filter((file) => rules.ignores(file))).toEqual([]);
});

test("its modules are those that the service imports, in the versions of the checkout", () => {
  const { dependencies } = JSON.parse(read("package.json"));
  const wanted = packages.map((name) => [name, dependencies[name]]);
  expect(JSON.parse(read("builder/package.json")).dependencies).toEqual(Object.fromEntries(wanted));
});

test("secrets, logs of git and what is no source stay out", async () => {
  const rules = await readIgnoreRules(root, join(root, "builder", "Dockerfile"));
  const paths = [
    ".env",
    ".git/config",
    ".slipway/start/dev/Pulumi.dev.yaml",
    "Pulumi.builder.yaml",
    "builder/.env",
    "builder/Dockerfile",
    "node_modules/fastify/fastify.js",
    "setup/go/pulumi/go.mod",
    "test/builder/image.test.ts",
  ];
  expect(paths.filter((path) => !rules.ignores(path))).toEqual([]);
});
