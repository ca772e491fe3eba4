import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import type { Check } from "../../checks/checks.ts";
import { runCheck, runChecks } from "../../checks/run-checks.ts";

const node = (script: string): Check["command"] => [process.execPath, "-e", script];
const good: Check = { name: "good", group: "lint", command: node("console.log('fine')") };
const bad: Check = {
  name: "bad",
  group: "lint",
  command: node("console.error('wrong'); process.exit(3)"),
};

test("a check that is content is one line, and one that is not says why", async () => {
  const out = new PassThrough();
  const outcomes = await runChecks([good, bad], {}, folderWith(), out);
  const told = String(out.read());
  expect(outcomes).toEqual(["passed", "failed"]);
  expect(told).toContain("good: passed\n");
  expect(told).toContain("\nbad\nwrong\nbad: failed\n");
  expect(told).not.toContain("fine");
});

test("a check whose tool cannot be had is skipped aloud", async () => {
  expect(await runCheck({ ...good, needs: "actionlint" }, {}, folderWith())).toEqual({
    outcome: "skipped",
    said: "actionlint cannot be had on this machine\n",
  });
});

test("a check without a file to look at fails", async () => {
  expect(await runCheck({ ...good, files: () => [] }, {}, folderWith())).toEqual({
    outcome: "failed",
    said: "there is no file to check\n",
  });
});

test("a program that cannot be started fails the check", async () => {
  const check: Check = { ...good, command: ["slipway-no-such-program"] };
  expect(await runCheck(check, {}, folderWith())).toEqual({
    outcome: "failed",
    said: "spawn slipway-no-such-program ENOENT\n",
  });
});

test("each folder is looked at until one fails, with its own files", async () => {
  const folder = folderWith("a", "b", "c");
  const files = (from: string): string[] => [from.slice(folder.length + 1)];
  const command = node(
    "console.log(process.argv[1]); process.exit(process.argv[1] === 'b' ? 1 : 0)",
  );
  const check: Check = { name: "each", group: "lint", command, folders: ["a", "b", "c"], files };
  expect(await runCheck(check, {}, folder)).toEqual({ outcome: "failed", said: "a\nb\n" });
});

test("the tool of a check is that of its own folder, whatever else is on PATH", async () => {
  const folder = folderWith("tools");
  const tool = join(folder, "tools", "git");
  writeFileSync(tool, "#!/bin/sh\necho own\n");
  chmodSync(tool, 0o755);
  const check: Check = { ...good, command: ["git"], needs: "check-tools" };
  expect(await runCheck(check, { "check-tools": join(folder, "tools") }, folder)).toEqual({
    outcome: "passed",
    said: "own\n",
  });
});

function folderWith(...names: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "slipway-checks-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of names) mkdirSync(join(folder, name));
  return folder;
}
