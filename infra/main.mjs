// Pulumi's entry. It is plain JavaScript because it has to be readable by a Node.js that cannot run the rest.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `Node.js: ${process.version} cannot run this program; install Node.js 24 or put node_modules/.bin first on PATH\n`,
  );
  process.exit(1);
}
const { enableCompileCache } = await import("node:module");
// A pipeline throws its caches away; to write one there would only cost time.
if (!process.env.CI) enableCompileCache?.();
// Pulumi's SDK maps the stack of every resource through source maps, a fifth of a preview's time; stripped types leave
// every line where it was, so there is nothing to map.
Error.prepareStackTrace = undefined;
const { deferInstaller } = await import("./defer-installer.mjs");
deferInstaller();
const { silenceDebug } = await import("./silence-debug.ts");
silenceDebug();
const { default: program } = await import("./index.ts");
export default program;
