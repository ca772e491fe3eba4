import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { policyFlags } from "../../delivery/policies.ts";
import type { Pulumi } from "../../delivery/pulumi.ts";

const folder = join(import.meta.dirname, "../../infra/policy");

/** A CLI that says a version. */
function pulumiThatSays(version: string): Pulumi {
  const home = mkdtempSync(join(tmpdir(), "slipway-policies-"));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const program = join(home, "pulumi");
  writeFileSync(program, `#!/bin/sh\n[ "$*" = version ] && echo '${version}'\n`);
  chmodSync(program, 0o755);
  return { program, folder: home, env: process.env };
}

describe("the policies of a preview", () => {
  it.each(["v3.255.0", "v3.259.0", "v3.260.0-alpha.1", "4.0.0"])(
    "are run as a program by Pulumi %s",
    async (version) => {
      expect(await policyFlags(pulumiThatSays(version), "linux")).toEqual({
        flags: ["--policy-pack", join(folder, "main.mjs")],
      });
    },
  );

  it.each([
    ["v3.254.9", "Pulumi 3.254.9 cannot start them; use 3.255.0 or newer"],
    ["v2.300.0", "Pulumi 2.300.0 cannot start them; use 3.255.0 or newer"],
    ["", "pulumi version tells none; install Pulumi's own CLI"],
  ])("are left out where Pulumi says %j, and why", async (version, why) => {
    expect(await policyFlags(pulumiThatSays(version), "linux")).toEqual({
      flags: [],
      leftOut: why,
    });
  });

  it("are run by the language host on Windows", async () => {
    expect(await policyFlags(pulumiThatSays("v3.259.0"), "win32")).toEqual({
      flags: ["--policy-pack", folder],
    });
  });
});
