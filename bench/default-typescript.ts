import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What Pulumi's TypeScript template asks of the compiler, and the setting that TypeScript 6 needs to go on with it. */
const template = {
  strict: true,
  module: "commonjs",
  moduleResolution: "node",
  sourceMap: true,
  experimentalDecorators: true,
  pretty: true,
  noFallthroughCasesInSwitch: true,
  noImplicitReturns: true,
  forceConsistentCasingInFileNames: true,
  ignoreDeprecations: "6.0",
};

/**
 * Writes this project's program a second time, as it would be under Pulumi's default TypeScript settings: `runtime: nodejs`
 * without options, a CommonJS package, `index.ts` compiled and checked by the ts-node that comes with Pulumi's SDK.
 * @param program the folder of the program as it is.
 * @param folder where the second one goes; beside the first, so that both see the same files around them.
 */
export function writeDefaultTypescript(program: string, folder: string): void {
  const files = readdirSync(program, { recursive: true, encoding: "utf8" });
  for (const file of files.filter((name) => name.endsWith(".ts"))) {
    const target = join(folder, file);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, forCommonjs(readFileSync(join(program, file), "utf8")));
  }
  const compilerOptions = { ...template, ...language() };
  const json = (value: object): string => `${JSON.stringify(value, undefined, 2)}\n`;
  writeFileSync(join(folder, "package.json"), json({ private: true, main: "index.ts" }));
  writeFileSync(join(folder, "tsconfig.json"), json({ compilerOptions, files: ["index.ts"] }));
  writeFileSync(join(folder, "Pulumi.yaml"), "name: slipway\nruntime: nodejs\n");
}

/** Which JavaScript the program is written in; the template's own, of 2020, would not compile it. */
function language(): object {
  const path = join(import.meta.dirname, "..", "tsconfig.json");
  const { compilerOptions } = JSON.parse(readFileSync(path, "utf8")) as {
    compilerOptions: Record<string, unknown>;
  };
  const { target, lib, types } = compilerOptions;
  return { target, lib, types };
}

/** Changes what CommonJS spells differently and nothing else: import paths, the file's folder, the program's export. */
export function forCommonjs(source: string): string {
  return source
    .replace(/(["'])(\.{1,2}\/[^"']*)\.ts\1/g, "$1$2$1")
    .replaceAll("import.meta.dirname", "__dirname")
    .replace(/^export default (async function (\w+)[\s\S]*)$/m, "$1\nexport = $2;\n");
}
