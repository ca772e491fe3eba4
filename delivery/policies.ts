import { accessSync, constants } from "node:fs";
import { join } from "node:path";
import { run } from "../setup/run.ts";
import type { Pulumi } from "./pulumi.ts";

/** How a preview checks the policies of `infra/policy`. */
export interface Policies {
  /** Flags of `pulumi preview`; none where the policies cannot run. */
  readonly flags: readonly string[];
  /** Where they cannot run: why they are left out, and how to mend it. */
  readonly leftOut?: string;
}

/** The pack as a program, which Pulumi's engine starts by itself, and as a folder, which its language host starts. */
const folder = join(import.meta.dirname, "..", "infra", "policy");
const program = join(folder, "main.mjs");

/** The first Pulumi that starts a pack which is a program: https://github.com/pulumi/pulumi/pull/24052. */
const oldest = [3, 255, 0] as const;

/**
 * Whether Pulumi, as it is on this machine, can run the policy pack, and with which flags. It is given as a program: a language
 * host that is built from source starts none.
 * @param platform Windows runs no script as a program; the CLI for it brings a language host that starts packs.
 */
export async function policyFlags(
  { program: pulumi, folder: cwd, env }: Pulumi,
  platform: NodeJS.Platform = process.platform,
): Promise<Policies> {
  if (platform === "win32") return { flags: ["--policy-pack", folder] };
  const { stdout } = await run(pulumi, ["version"], {
    cwd,
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  const version = /^v?(\d+)\.(\d+)\.(\d+)/m.exec(stdout)?.slice(1).map(Number);
  if (version === undefined) return without("pulumi version tells none; install Pulumi's own CLI");
  if (isOlder(version)) {
    return without(
      `Pulumi ${version.join(".")} cannot start them; use ${oldest.join(".")} or newer`,
    );
  }
  return isExecutable(program)
    ? { flags: ["--policy-pack", program] }
    : without("infra/policy/main.mjs is not executable; chmod +x it");
}

function without(leftOut: string): Policies {
  return { flags: [], leftOut };
}

function isOlder(version: readonly number[]): boolean {
  const at = oldest.findIndex((number, index) => version[index] !== number);
  return at >= 0 && (version[at] ?? 0) < (oldest[at] ?? 0);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
