import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { lockFolder } from "../../../builder/store/folder-lock.ts";

const folder = mkdtempSync(join(tmpdir(), "slipway-lock-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a lock has one holder at a time, whose process is known, and another name is another lock", () => {
  const inner = join(folder, "made");
  const lock = lockFolder(inner, "one");
  expect(lockFolder(inner, "one")).toEqual({ holder: process.pid });
  const other = lockFolder(inner, "two");
  for (const each of [lock, other]) if ("release" in each) each.release();
  const again = lockFolder(inner, "one");
  expect("release" in again).toBe(true);
  if ("release" in again) again.release();
});
