import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { withLock } from "./lock.mjs";

/** Makes node_modules fit package-lock.json with `npm ci`; does nothing if it fits. Throws a line for the user. */
export async function bringNodeModules(checkout) {
  if (modulesFit(checkout)) return;
  await withLock(
    join(checkout, ".slipway", "node-modules.lock"),
    async () => {
      if (!modulesFit(checkout)) await install(checkout);
    },
    (holder) =>
      tell("…", `process ${holder.pid} has been installing them since ${holder.since}; waiting`),
  );
}

/** The Node that the modules bring along. */
export function nodeOfModules(checkout) {
  return join(
    checkout,
    "node_modules",
    "node",
    "bin",
    process.platform === "win32" ? "node.exe" : "node",
  );
}

/**
 * Whether node_modules is what the lock file says. npm writes its own list of what it installed when it is done; once compared,
 * a stamp saves the comparison until the lock file, that list or the kind of machine changes.
 */
export function modulesFit(checkout) {
  const installed = join(checkout, "node_modules", ".package-lock.json");
  if (!existsSync(installed) || !existsSync(nodeOfModules(checkout))) return false;
  const lock = readFileSync(join(checkout, "package-lock.json"));
  const stamp = join(checkout, "node_modules", ".slipway-fits");
  const proof = createHash("sha256")
    .update(lock)
    .update(`${process.platform} ${process.arch} ${statSync(installed).mtimeMs}`)
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === proof) return true;
  if (!sameModules(JSON.parse(lock), JSON.parse(readFileSync(installed)))) return false;
  writeFileSync(stamp, proof);
  return true;
}

/** Optional modules are for other kinds of machines as well, and may be missing. */
function sameModules(lock, installed) {
  const wanted = Object.entries(lock.packages).filter(([path]) => path !== "");
  return (
    wanted.every(([path, { version, integrity, optional }]) => {
      const there = installed.packages[path];
      if (there === undefined) return optional === true;
      return there.version === version && there.integrity === integrity;
    }) && Object.keys(installed.packages).every((path) => path in lock.packages)
  );
}

async function install(checkout) {
  const began = performance.now();
  tell("…", "installing with npm ci");
  const code = await runNpm(checkout, [
    "ci",
    "--include=dev",
    "--loglevel=error",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
  ]);
  if (code !== 0) {
    throw new Error(
      `node_modules: npm ci ${code === undefined ? "could not be started" : "failed"}; ` +
        "see what it says above, check npm and the way to its registry, then start again",
    );
  }
  if (!modulesFit(checkout)) {
    throw new Error(
      "node_modules: npm ci ended well but they do not fit package-lock.json; remove node_modules and start again",
    );
  }
  tell("✓", `installed  ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

function runNpm(checkout, args) {
  const [command, before, shell] = npmCommand();
  return new Promise((resolve) => {
    const npm = spawn(command, [...before, ...args], {
      cwd: checkout,
      stdio: ["ignore", "ignore", "inherit"],
      shell,
    });
    const forward = (signal) => npm.kill(signal);
    const wait = () => {};
    process.on("SIGINT", wait).on("SIGTERM", forward);
    const end = (code) => {
      process.off("SIGINT", wait).off("SIGTERM", forward);
      resolve(code);
    };
    npm.on("error", () => end(undefined));
    npm.on("close", (code) => end(code ?? 1));
  });
}

/** The npm that started this process, else the one on PATH; on Windows that is a script which only a shell can run. */
function npmCommand() {
  const own = process.env.npm_execpath;
  if (own !== undefined && basename(own) === "npm-cli.js") return [process.execPath, [own], false];
  return process.platform === "win32" ? ["npm.cmd", [], true] : ["npm", [], false];
}

function tell(sign, text) {
  process.stderr.write(`  ${sign} ${"Node modules".padEnd(17)}${text}\n`);
}
