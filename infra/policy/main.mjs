#!/usr/bin/env node
// The entry of the policy pack, which Pulumi's engine starts. Plain JavaScript, as the program's own entry is, and without a
// top-level await: a language host loads it with require().
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `Node.js: ${process.version} cannot run the policies; install Node.js 24 or put node_modules/.bin first on PATH\n`,
  );
  process.exit(1);
}
// The SDK looks for the pack's package.json in the folder it is run in, which is that of whoever calls Pulumi.
process.chdir(import.meta.dirname);
import("../defer-installer.mjs")
  .then(({ deferInstaller }) => deferInstaller())
  .then(() => import("./pack.ts"));
