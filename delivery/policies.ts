import { accessSync, constants, existsSync } from "node:fs";
import { join } from "node:path";
import { run } from "../setup/run.ts";
import { UserError } from "../setup/user-error.ts";
import type { Pulumi } from "./pulumi.ts";

/** How a preview checks the policies of `infra/policy`. */
export interface Policies {
  /** Flags of `pulumi preview`; none where the policies cannot run. */
  readonly flags: readonly string[];
  /** Where this Pulumi cannot run them: why they are left out, and how to mend it. */
  readonly leftOut?: string;
}

export interface PolicyOptions {
  readonly platform?: NodeJS.Platform;
  readonly pack?: string;
}

/** The pack: a folder, which a language host starts, with a program in it, which Pulumi's engine starts by itself. */
const shipped = join(import.meta.dirname, "..", "infra", "policy");

/** The first Pulumi that starts a pack which is a program: https://github.com/pulumi/pulumi/pull/24052. */
const oldest = [3, 255, 0] as const;

/**
 * Whether Pulumi, as it is on this machine, can run the policy pack, and with which flags. It is given as a program: a language
 * host that is built from source starts none.
 * @param options.platform Windows runs no script as a program; the CLI for it brings a language host that starts packs.
 * @param options.pack the pack's folder.
 * @throws UserError when something is wrong with the checkout: a branch that spoils the pack does not go unchecked.
 */
export async function policyFlags(
  { program: pulumi, folder: cwd, env }: Pulumi,
  { platform = process.platform, pack = shipped }: PolicyOptions = {},
): Promise<Policies> {
  const entry = join(pack, "main.mjs");
  if (!existsSync(entry)) {
    throw new UserError(
      "infra/policy/main.mjs: missing, so the policies cannot start; git restore --source main infra/policy brings them back",
    );
  }
  if (platform === "win32") return { flags: ["--policy-pack", pack] };
  const { stdout } = await run(pulumi, ["version"], {
    cwd,
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  const version = /^v?(\d+)\.(\d+)\.(\d+)/m.exec(stdout)?.slice(1).map(Number);
  if (version === undefined) {
    throw new UserError(
      "pulumi version: tells none, so nobody knows whether it starts the policies; install Pulumi's own CLI",
    );
  }
  if (isOlder(version)) {
    const leftOut = `Pulumi ${version.join(".")} cannot start them; use ${oldest.join(".")} or newer`;
    return { flags: [], leftOut };
  }
  if (isExecutable(entry)) return { flags: ["--policy-pack", entry] };
  throw new UserError(
    "infra/policy/main.mjs: not executable, so the policies cannot start; run chmod +x on it, and git update-index --chmod=+x before the commit",
  );
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
