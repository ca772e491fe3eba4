import { expect, it } from "vitest";
import { forCommonjs } from "../../bench/default-typescript.ts";

it.each([
  {
    name: "an import of another file",
    source: 'import { a } from "./a.ts";\nimport type { B } from "../b/c.ts";\n',
    changed: 'import { a } from "./a";\nimport type { B } from "../b/c";\n',
  },
  {
    name: "a file that is loaded only when it is needed",
    source: 'return (await import("./local.ts")).open();\n',
    changed: 'return (await import("./local")).open();\n',
  },
  {
    name: "the file's folder",
    source: 'const root = join(import.meta.dirname, "..");\n',
    changed: 'const root = join(__dirname, "..");\n',
  },
  {
    name: "the program's export",
    source: "export default async function corridor(): Promise<void> {\n  await all();\n}\n",
    changed:
      "async function corridor(): Promise<void> {\n  await all();\n}\n\nexport = corridor;\n",
  },
])("spells $name as CommonJS does", ({ source, changed }) => {
  expect(forCommonjs(source)).toBe(changed);
});

it("leaves everything else as it is", () => {
  const source =
    'import { z } from "zod";\nimport { Image } from "@pulumi/docker/image.js";\nexport const a = "x.ts";\n';
  expect(forCommonjs(source)).toBe(source);
});
