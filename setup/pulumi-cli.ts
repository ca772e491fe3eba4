import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { findGo, goBuild } from "./go-build.ts";
import { installFolder } from "./install-folder.ts";
import { type Machine, thisMachine } from "./machine.ts";
import { downloadPulumi, PULUMI_RELEASES } from "./pulumi-download.ts";
import { pulumiVersion } from "./pulumi-version.ts";
import type { Progress, Thing } from "./thing.ts";
import { UserError } from "./user-error.ts";
import { which } from "./which.ts";

/** The version that is brought where there is none. */
export const PULUMI_VERSION = "3.259.0";

/** The oldest version that the program, the rehearsals and the delivery work with. */
export const OLDEST_PULUMI = "3.248.0";

const MAIN = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";

/** Pulumi's CLI, as the folder it is in: on PATH if new enough, else downloaded from Pulumi, else built from its Go module. */
export function pulumiCli(
  machine: Machine = thisMachine(),
  releases: string = PULUMI_RELEASES,
): Thing<string> {
  const folder = join(machine.cache, `pulumi-${PULUMI_VERSION}`);
  const executable = machine.platform === "win32" ? "pulumi.exe" : "pulumi";
  return {
    title: "Pulumi CLI",
    async find() {
      const installed = which("pulumi", machine);
      const version = installed && (await pulumiVersion(installed, machine));
      if (installed && version && isNewEnough(version)) {
        return { text: `${version} on PATH`, value: dirname(installed) };
      }
      return existsSync(join(folder, executable))
        ? { text: PULUMI_VERSION, value: folder }
        : undefined;
    },
    async bring(progress, signal) {
      const how = await installFolder(
        folder,
        (draft) => fill(draft, executable, releases, machine, progress, signal),
        progress,
      );
      return { text: `${PULUMI_VERSION}, ${how ?? "brought by another process"}`, value: folder };
    },
  };
}

async function fill(
  draft: string,
  executable: string,
  releases: string,
  machine: Machine,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const unreachable = await downloadPulumi(
    PULUMI_VERSION,
    draft,
    machine,
    progress,
    signal,
    releases,
  );
  if (unreachable === undefined) return "downloaded";
  const go = findGo(machine);
  const failed =
    go === undefined
      ? "there is no Go to build it with"
      : await goBuild(
          go,
          {
            module: "pulumi",
            main: MAIN,
            tags: "osusergo,grpcnotrace",
            linkerFlags: `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${PULUMI_VERSION}`,
          },
          join(draft, executable),
          machine,
          progress,
          signal,
        );
  if (failed === undefined) return "built from source";
  throw new UserError(
    `pulumi: none of version ${OLDEST_PULUMI} or newer on PATH, it cannot be downloaded (${unreachable}) and not be built (${failed}); ` +
      "install it as https://www.pulumi.com/docs/install/ says",
  );
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_PULUMI.split(".").map(Number);
  return major === oldestMajor && minor >= oldestMinor;
}
