import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import {
  isLeftUnfinished,
  type ServiceRecord,
} from "../../../../../rehearsal/providers/gcp/run/service-record.ts";

const dead = spawnSync(process.execPath, ["--version"]).pid;

test.each([
  ["is not being made", undefined, false],
  ["is being made here", process.pid, false],
  ["is being made by a process that lives", process.ppid, false],
  ["was being made by a process that is gone", dead, true],
])("a revision that %s", (_what, maker, expected) => {
  expect(isLeftUnfinished({ ...(maker !== undefined && { maker }) } as ServiceRecord)).toBe(
    expected,
  );
});
