import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const infra = join(import.meta.dirname, "..", "..", "infra");

/** Runs a module in a process of its own, with Pulumi's SDK loaded behind the deferral, and reads what it prints. */
function afterDeferral(body: string): string {
  const script = `
    import { createRequire } from "node:module";
    import { deferInstaller } from "./defer-installer.mjs";
    const require = createRequire(import.meta.url);
    deferInstaller();
    const pulumi = require("@pulumi/pulumi");
    const sdk = createRequire(require.resolve("@pulumi/pulumi"));
    const isLoaded = () => Object.keys(require.cache).some((path) => path.endsWith("arborist/index.js"));
    ${body}`;
  const args = ["--input-type=module", "--eval", script];
  return execFileSync(process.execPath, args, { cwd: infra, encoding: "utf8" }).trim();
}

describe("npm's installer behind Pulumi's SDK", () => {
  it("is not loaded with the SDK", () => {
    expect(afterDeferral("console.log(isLoaded());")).toBe("false");
  });

  it("is loaded by the first who asks for its class", () => {
    const ask =
      'const { Arborist } = sdk("@npmcli/arborist"); console.log(Arborist.name, isLoaded());';
    expect(afterDeferral(ask)).toBe("Arborist true");
  });
});
