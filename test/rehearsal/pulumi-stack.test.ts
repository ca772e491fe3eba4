import { linkSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { pulumiOn } from "../../rehearsal/pulumi-stack.ts";
import type { Workplace } from "../../rehearsal/workplace.ts";

it("replaces the project of a stack and never empties it, because others may be reading it", () => {
  const folder = mkdtempSync(join(tmpdir(), "slipway-project-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const place = { folder, backend: join(folder, "state") } as Workplace;
  const project = join(folder, "Pulumi.yaml");
  pulumiOn(place, { path: [] });
  const [first, { ino }] = [readFileSync(project, "utf8"), statSync(project)];
  // Holds the number of the first file, which another one could have else.
  linkSync(project, join(folder, "first"));
  pulumiOn(place, { path: [] });
  expect([readFileSync(project, "utf8"), statSync(project).ino === ino]).toEqual([first, false]);
  expect(readdirSync(folder).toSorted()).toEqual(["Pulumi.yaml", "first"]);
});
