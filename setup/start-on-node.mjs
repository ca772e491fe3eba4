import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bringNodeModules, nodeOfModules } from "./node-modules.mjs";

const CHECKOUT = fileURLToPath(new URL("..", import.meta.url));
const NEWEST_NEEDED = 24;

/** Brings the Node modules if they do not fit the lock file, then becomes the script: same stdio, signals and exit code. */
export async function startOnNode([script, ...args]) {
  if (script === undefined)
    return fail("bootstrap: no script given; node setup/bootstrap.mjs <script.ts> [arguments…]");
  try {
    await bringNodeModules(CHECKOUT);
  } catch (error) {
    return fail(error.message);
  }
  const own = Number(process.versions.node.split(".")[0]) >= NEWEST_NEEDED;
  const child = spawn(own ? process.execPath : nodeOfModules(CHECKOUT), [script, ...args], {
    stdio: "inherit",
    env: { ...process.env, ...pathWithModules(), ...compileCache() },
  });
  outlive(child, "node", "remove node_modules and start again");
}

/**
 * Ctrl-C reaches the whole group, so the child hears it too; this process only has to stay until the child has ended. One that
 * cannot be started is told with where and how to mend it.
 */
export function outlive(child, where, mend) {
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) =>
    fail(`${where}: cannot start ${child.spawnfile} (${error.message}); ${mend}`),
  );
  child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

/** Tools started later, such as Pulumi's language host, take the first node on PATH. */
function pathWithModules() {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  return {
    [name]: [join(CHECKOUT, "node_modules", ".bin"), process.env[name]]
      .filter(Boolean)
      .join(delimiter),
  };
}

/** What V8 has compiled once, this script's modules and those of Pulumi's programs, is not compiled again. */
function compileCache() {
  return {
    NODE_COMPILE_CACHE:
      process.env.NODE_COMPILE_CACHE ?? join(CHECKOUT, ".slipway", "compile-cache"),
  };
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
