import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { policyFlags } from "../../delivery/policies.ts";
import type { Pulumi } from "../../delivery/pulumi.ts";
import { UserError } from "../../setup/user-error.ts";

const folder = join(import.meta.dirname, "../../infra/policy");

const gone =
  "infra/policy/main.mjs: missing, so the policies cannot start; git restore --source main infra/policy brings them back";

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
      expect(await policyFlags(pulumiThatSays(version), { platform: "linux" })).toEqual({
        flags: ["--policy-pack", join(folder, "main.mjs")],
      });
    },
  );

  it.each([
    ["v3.254.9", "Pulumi 3.254.9 cannot start them; use 3.255.0 or newer"],
    ["v2.300.0", "Pulumi 2.300.0 cannot start them; use 3.255.0 or newer"],
  ])("are left out where Pulumi says %j, and why", async (version, why) => {
    expect(await policyFlags(pulumiThatSays(version), { platform: "linux" })).toEqual({
      flags: [],
      leftOut: why,
    });
  });

  it.each<[string, NodeJS.Platform, (entry: string) => void, string]>([
    [
      "has lost its executable bit",
      "linux",
      (entry) => chmodSync(entry, 0o644),
      "infra/policy/main.mjs: not executable, so the policies cannot start; run chmod +x on it, and git update-index --chmod=+x before the commit",
    ],
    ["is gone", "linux", rmSync, gone],
    ["is gone", "win32", rmSync, gone],
  ])("stop the preview where the pack %s (%s)", async (_how, platform, spoil, why) => {
    const pack = mkdtempSync(join(tmpdir(), "slipway-policies-"));
    onTestFinished(() => rmSync(pack, { recursive: true }));
    cpSync(join(folder, "main.mjs"), join(pack, "main.mjs"));
    spoil(join(pack, "main.mjs"));
    const flags = policyFlags(pulumiThatSays("v3.259.0"), { platform, pack });
    await expect(flags).rejects.toThrow(new UserError(why));
  });

  it("stop the preview where Pulumi tells no version", async () => {
    const flags = policyFlags(pulumiThatSays(""), { platform: "linux" });
    await expect(flags).rejects.toThrow(
      new UserError(
        "pulumi version: tells none, so nobody knows whether it starts the policies; install Pulumi's own CLI",
      ),
    );
  });

  it("are run by the language host on Windows", async () => {
    expect(await policyFlags(pulumiThatSays("v3.259.0"), { platform: "win32" })).toEqual({
      flags: ["--policy-pack", folder],
    });
  });
});
