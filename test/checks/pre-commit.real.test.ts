import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { ready } from "../../setup/ready.ts";
import { silentStory } from "../../setup/story.ts";
import { type Checkout, copyCheckout } from "../rehearsal/checkout.ts";

// The hooks of .pre-commit-config.yaml, run by pre-commit itself in a copy of this tree.

let checkout: Checkout;
let commands: string;
const home = mkdtempSync(join(tmpdir(), "slipway-pre-commit-"));

beforeAll(async () => {
  const tools = await ready(["check-tools", "python-tools"], silentStory);
  commands = tools["check-tools"];
  checkout = copyCheckout();
  checkout.commit("Whole");
});

afterEach(() => {
  checkout.git("reset", "--hard", "--quiet");
});

afterAll(() => {
  checkout?.remove();
  rmSync(home, { recursive: true });
});

/** The hooks by their ids, with their names, and a fault for each. */
const faults: readonly [id: string, hook: string, file: string, text: string][] = [
  ["black", "black", "app/src/planted.py", "planted = [ 1,2 ]\n"],
  ["isort", "isort", "app/src/planted.py", "import sys\nimport os\n"],
  ["pycodestyle", "pycodestyle", "app/src/planted.py", "planted = 1 \n"],
  ["biome", "Biome", "delivery/planted.ts", "export function planted() { debugger }\n"],
  // In two parts, so that this file holds none.
  ["secrets", "secret scan", "docs/planted.md", `${["AKIA", "Q7XK2MPLT4VBN3ZC"].join("")}\n`],
  ["checkov", "checkov", "app/Dockerfile", "USER root\n"],
];

test("every hook passes on files without a fault", () => {
  // Not the whole tree, which `npm run scan` looks at.
  const files = ["app/src/main.py", "app/Dockerfile", "delivery/deliver.ts"];
  expect(preCommit("run", "--files", ...files)).toEqual({
    status: 0,
    results: Object.fromEntries(faults.map(([, hook]) => [hook, "Passed"])),
  });
});

test.for(faults)("%s stops a commit of a fault", ([id, hook, file, text]) => {
  checkout.edit(file, (before) => before + text);
  checkout.git("add", "--all");
  expect(preCommit("run", id)).toEqual({ status: 1, results: { [hook]: "Failed" } });
});

test("nothing is run for files that no hook is for", () => {
  checkout.edit("docs/planted.md", () => "# Planted\n");
  checkout.git("add", "--all");
  expect(preCommit("run")).toEqual({
    status: 0,
    results: {
      ...Object.fromEntries(faults.map(([, hook]) => [hook, "Skipped"])),
      "secret scan": "Passed",
    },
  });
});

/** Runs pre-commit in the copy; the results are by the hooks' names. */
function preCommit(...args: string[]): {
  status: number | null;
  results: Record<string, string | undefined>;
} {
  const { status, stdout } = spawnSync(join(commands, "pre-commit"), [...args, "--color=never"], {
    cwd: checkout.folder,
    encoding: "utf8",
    env: { ...process.env, PRE_COMMIT_HOME: home, GIT_CONFIG_GLOBAL: "/dev/null" },
  });
  const lines = stdout.matchAll(/^(\S.*?)\.+(?:\(no files to check\))?(Passed|Failed|Skipped)$/gm);
  return {
    status,
    results: Object.fromEntries([...lines].map(([, hook, result]) => [hook, result])),
  };
}
