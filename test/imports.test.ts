import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize, posix } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const rooms = [
  "app",
  "infra",
  "rehearsal",
  "delivery",
  "builder",
  "setup",
  "examples",
  "bench",
  "checks",
];

/** The rooms whose files a room may import beside its own. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  app: [],
  infra: [],
  setup: [],
  rehearsal: ["infra", "setup"],
  delivery: ["infra", "setup"],
  builder: ["infra", "setup"],
  examples: [],
  checks: ["setup", "rehearsal", "builder"],
  bench: ["infra", "setup", "rehearsal", "delivery", "builder"],
};

interface Import {
  readonly file: string;
  readonly from: string;
  readonly isTypeOnly: boolean;
}

const files = rooms
  .flatMap((room) => globSync(`${room}/**/*.{ts,mts,js,mjs}`, { cwd: root }))
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => !file.includes("node_modules/"))
  .toSorted();

const imports = files.flatMap((file) => importsOf(file, readFileSync(join(root, file), "utf8")));

function importsOf(file: string, text: string): Import[] {
  const statements = text.matchAll(
    /^(?:import|export)\s+(?<type>type\s)?(?:[^;"']*?\sfrom\s+)?["'](?<from>[^"']+)["']/gm,
  );
  const calls = text.matchAll(/\b(?:import|require)\(\s*["'](?<from>[^"']+)["']/g);
  return [...statements, ...calls].map(({ groups }) => ({
    file,
    from: groups?.from ?? "",
    isTypeOnly: groups?.type !== undefined,
  }));
}

/** The file within the checkout that a relative import means; undefined for packages. */
function target({ file, from }: Import): string | undefined {
  if (!from.startsWith(".")) return undefined;
  return normalize(join(dirname(file), from)).replaceAll("\\", "/");
}

const roomOf = (path: string): string => path.split("/")[0] ?? "";
const shown = ({ file, from }: Import): string => `${file} imports ${from}`;

describe("the tree's imports", () => {
  it("are found at all", () => {
    expect(imports.map(shown)).toEqual(
      expect.arrayContaining([
        "infra/index.ts imports ./config.ts",
        "infra/registries/registry.ts imports ./local.ts",
        "infra/main.mjs imports ./index.ts",
      ]),
    );
  });

  it("are told apart into types and the rest", () => {
    const text = [
      'import type { A } from "./a.ts";',
      'import {\n  b,\n  type B,\n} from "./b.ts";',
      'import "./c.ts";',
      'export type { D } from "./d.ts";',
      'export * from "./e.ts";',
      'const f = await import("./f.ts");',
    ].join("\n");
    expect(importsOf("infra/x.ts", text).map(({ from, isTypeOnly }) => [from, isTypeOnly])).toEqual(
      [
        ["./a.ts", true],
        ["./b.ts", false],
        ["./c.ts", false],
        ["./d.ts", true],
        ["./e.ts", false],
        ["./f.ts", false],
      ],
    );
  });

  it("name files that exist", () => {
    const missing = imports.filter((found) => {
      const path = target(found);
      return path !== undefined && !existsSync(join(root, path));
    });
    expect(missing.map(shown)).toEqual([]);
  });

  it("point one way between the rooms", () => {
    const astray = imports.filter((found) => {
      const path = target(found);
      if (path === undefined) return false;
      const [from, to] = [roomOf(found.file), roomOf(path)];
      return from !== to && !mayImport[from]?.includes(to);
    });
    expect(astray.map(shown)).toEqual([]);
  });

  it("load a provider's SDK in infra only in targets, registries, ground, the image and the providers", () => {
    const allowed =
      /^infra\/(?:(?:targets|registries|ground)\/.+|image|(?:google-|aws-)?providers?)\.ts$/;
    const astray = imports.filter(
      ({ file, from, isTypeOnly }) =>
        roomOf(file) === "infra" && isProvider(from) && !isTypeOnly && !allowed.test(file),
    );
    expect(astray.map(shown)).toEqual([]);
  });

  it("take a provider's SDK by its sub-module", () => {
    const whole = imports.filter(
      ({ file, from }) =>
        roomOf(file) === "infra" && isProvider(from) && !/^@pulumi\/[^/]+\/.+\.js$/.test(from),
    );
    expect(whole.map(shown)).toEqual([]);
  });

  it("reach each kind of registry and target only when it is chosen", () => {
    const chosen = /^infra\/(?:registries|targets)\/(?!registry\.ts|target\.ts)/;
    const entry = /^infra\/(?:registries\/registry|targets\/target)\.ts$/;
    const statically = files
      .filter((file) => entry.test(file))
      .flatMap((file) => {
        const text = readFileSync(join(root, file), "utf8").replaceAll(/\bimport\([^)]*\)/g, "");
        return importsOf(file, text).filter(
          (found) => !found.isTypeOnly && chosen.test(target(found) ?? ""),
        );
      });
    expect(statically.map(shown)).toEqual([]);
    const fromOutside = imports.filter(
      (found) =>
        posix.dirname(found.file) === "infra" &&
        !found.isTypeOnly &&
        chosen.test(target(found) ?? ""),
    );
    expect(fromOutside.map(shown)).toEqual([]);
  });
});

describe("in infra", () => {
  const holders: [what: string, pattern: RegExp, ...files: string[]][] = [
    [
      "the environment is read",
      /\bprocess\.env\b/,
      "commit.ts",
      "config.ts",
      "image.ts",
      "main.mjs",
      "outside.ts",
      "policy/pack.ts",
    ],
    ["the configuration is read", /\ballConfig\b|\bpulumi\.Config\b/, "config.ts"],
    [
      "other programs are called",
      /"node:child_process"/,
      "commit.ts",
      "registries/docker-login.ts",
    ],
  ];

  it.each(holders)("%s in its own place only", (_what, pattern, ...places) => {
    const found = files.filter(
      (file) => roomOf(file) === "infra" && pattern.test(readFileSync(join(root, file), "utf8")),
    );
    expect(found).toEqual(places.map((file) => `infra/${file}`));
  });
});

function isProvider(from: string): boolean {
  return /^@pulumi\/(?:docker|gcp|aws)(?:\/|$)/.test(from);
}
