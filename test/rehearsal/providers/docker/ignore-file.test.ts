import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readIgnoreRules } from "../../../../rehearsal/providers/docker/ignore-file.ts";

function rulesOf(lines: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "slipway-ignore-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, ".dockerignore"), lines.join("\n"));
  return readIgnoreRules(folder, join(folder, "Dockerfile"));
}

test.each([
  { exception: "!builder", holding: [] },
  { exception: "!infra/registries", holding: ["infra"] },
  { exception: " ! /infra/./registries/*.ts ", holding: ["infra", "infra/registries"] },
  { exception: "!*/registries", holding: ["infra", "setup"] },
  { exception: "!**/keep.md", holding: ["infra", "infra/registries", "setup", "setup/go"] },
  { exception: "!setup/**/keep.md", holding: ["setup", "setup/go"] },
  { exception: "# !infra/registries", holding: [] },
])("of folders that are left out, $exception makes $holding worth a look", async (row) => {
  const rules = await rulesOf(["*", row.exception]);
  const folders = ["infra", "infra/registries", "setup", "setup/go"];
  expect(folders.filter((folder) => rules.mayHoldExceptions(folder))).toEqual(row.holding);
});
