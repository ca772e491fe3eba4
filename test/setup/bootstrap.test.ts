import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "./fake-machine.ts";

const setup = join(import.meta.dirname, "../../setup");

/** An npm that writes what it was asked to `asked`, and installs what the lock file says. */
const NPM = `#!/bin/sh
echo "$@" >> asked
test -e npm-fails && { echo "npm error: no way to the registry" >&2; exit 7; }
rm -rf node_modules
mkdir -p node_modules/node/bin
ln -s "$NODE" node_modules/node/bin/node
while test -e npm-hangs; do touch npm-waits; read nothing < npm-hangs; done
cp package-lock.json node_modules/.package-lock.json
`;

interface Checkout {
  readonly folder: string;
  start(script: string, ...args: string[]): ChildProcess;
  run(script: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }>;
  asked(): string[];
}

function checkout(): Checkout {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "setup"));
  for (const name of ["bootstrap", "start-on-node", "node-modules", "lock"]) {
    cpSync(join(setup, `${name}.mjs`), join(folder, "setup", `${name}.mjs`));
  }
  mkdirSync(join(folder, "bin"));
  writeFileSync(join(folder, "bin", "npm"), NPM);
  chmodSync(join(folder, "bin", "npm"), 0o755);
  lockModules(folder, "1.0.0");
  const start = (script: string, ...args: string[]): ChildProcess => {
    writeFileSync(join(folder, "script.ts"), script);
    return spawn(process.execPath, ["setup/bootstrap.mjs", "script.ts", ...args], {
      cwd: folder,
      env: { PATH: `${folder}/bin:/usr/bin:/bin`, NODE: process.execPath },
      detached: true,
    });
  };
  return {
    folder,
    start,
    async run(script, ...args) {
      const child = start(script, ...args);
      let stdout = "";
      let stderr = "";
      child.stdout?.on("data", (text) => {
        stdout += text;
      });
      child.stderr?.on("data", (text) => {
        stderr += text;
      });
      const [code] = await once(child, "close");
      return { code, stdout, stderr: stderr.replace(/\d+\.\d s/, "0.0 s") };
    },
    asked: () =>
      existsSync(join(folder, "asked"))
        ? readFileSync(join(folder, "asked"), "utf8").trim().split("\n")
        : [],
  };
}

function lockModules(folder: string, version: string): void {
  const packages = {
    "": { name: "slipway" },
    "node_modules/one": { version, integrity: `sha512-${version}` },
    "node_modules/elsewhere": { version: "1.0.0", optional: true },
  };
  writeFileSync(join(folder, "package-lock.json"), JSON.stringify({ packages }));
}

const INSTALL = "ci --include=dev --loglevel=error --no-audit --no-fund --no-update-notifier";
const HELLO = "const text: string = 'hello'; console.log(text, ...process.argv.slice(2));";

test("a fresh checkout gets its modules, then the script runs with its arguments", async () => {
  const { run, asked } = checkout();
  expect(await run(HELLO, "a", "--b")).toEqual({
    code: 0,
    stdout: "hello a --b\n",
    stderr: "  … Node modules     installing with npm ci\n  ✓ Node modules     installed  0.0 s\n",
  });
  expect(asked()).toEqual([INSTALL]);
});

test("a second run installs nothing and says nothing", async () => {
  const { run, asked } = checkout();
  await run(HELLO);
  expect(await run(HELLO)).toEqual({ code: 0, stdout: "hello\n", stderr: "" });
  expect(asked()).toEqual([INSTALL]);
});

test("a changed lock file installs again", async () => {
  const { folder, run, asked } = checkout();
  await run(HELLO);
  lockModules(folder, "2.0.0");
  await run(HELLO);
  expect(asked()).toEqual([INSTALL, INSTALL]);
});

test("modules that the user has installed are taken as they are, without those for other machines", async () => {
  const { folder, run, asked } = checkout();
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "node", "bin"), { recursive: true });
  cpSync(process.execPath, join(modules, "node", "bin", "node"));
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
  delete lock.packages["node_modules/elsewhere"];
  delete lock.packages[""];
  writeFileSync(join(modules, ".package-lock.json"), JSON.stringify(lock));
  expect(await run(HELLO)).toEqual({ code: 0, stdout: "hello\n", stderr: "" });
  expect(asked()).toEqual([]);
});

test("an npm that fails ends it with one line that says how to mend it", async () => {
  const { folder, run } = checkout();
  writeFileSync(join(folder, "npm-fails"), "");
  expect(await run(HELLO)).toEqual({
    code: 1,
    stdout: "",
    stderr:
      "  … Node modules     installing with npm ci\n" +
      "npm error: no way to the registry\n" +
      "node_modules: npm ci failed; see what it says above, check npm and the way to its registry, then start again\n",
  });
});

test("two at once install once", async () => {
  const { run, asked } = checkout();
  const both = await Promise.all([run(HELLO), run(HELLO)]);
  expect(both.map(({ code, stdout }) => ({ code, stdout }))).toEqual([
    { code: 0, stdout: "hello\n" },
    { code: 0, stdout: "hello\n" },
  ]);
  expect(asked()).toEqual([INSTALL]);
});

test("an installation that was killed in the middle is done again", async () => {
  const { folder, start, run, asked } = checkout();
  spawnSync("mkfifo", [join(folder, "npm-hangs")]);
  const killed = start(HELLO);
  await expect.poll(() => existsSync(join(folder, "npm-waits")), { timeout: 5_000 }).toBe(true);
  process.kill(-(killed.pid ?? 0), "SIGKILL");
  await once(killed, "exit");
  rmSync(join(folder, "npm-hangs"));
  expect(await run(HELLO)).toMatchObject({ code: 0, stdout: "hello\n" });
  expect(asked()).toEqual([INSTALL, INSTALL]);
});

test.each([
  ["its exit code", "process.exitCode = 42;", 42],
  ["128 and the signal's number", "process.kill(process.pid, 'SIGKILL');", 137],
])("the script's end is passed on as %s", async (_what, script, code) => {
  const { run } = checkout();
  expect(await run(script)).toMatchObject({ code });
});

test("SIGTERM reaches the script, and its way of ending is kept", async () => {
  const { start } = checkout();
  const child = start(
    "process.on('SIGTERM', () => process.exit(9)); console.log('up'); setInterval(() => {}, 1000);",
  );
  await once(child.stdout as NodeJS.ReadableStream, "data");
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([9, null]);
});

test("Ctrl-C does not end it before the script has ended", async () => {
  const { start } = checkout();
  const child = start(
    "process.on('SIGTERM', () => process.exit(9)); console.log('up'); setInterval(() => {}, 1000);",
  );
  await once(child.stdout as NodeJS.ReadableStream, "data");
  child.kill("SIGINT");
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([9, null]);
});

test("without a script it says how it is used", async () => {
  const { folder } = checkout();
  const child = spawn(process.execPath, ["setup/bootstrap.mjs"], { cwd: folder });
  const [text] = await once(child.stderr, "data");
  expect(String(text)).toBe(
    "bootstrap: no script given; node setup/bootstrap.mjs <script.ts> [arguments…]\n",
  );
  expect(await once(child, "exit")).toEqual([1, null]);
});
