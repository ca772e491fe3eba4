import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { findGo, goBuild } from "./go-build.ts";
import { installFolder } from "./install-folder.ts";
import { type Machine, thisMachine } from "./machine.ts";
import type { Thing } from "./thing.ts";
import { UserError } from "./user-error.ts";
import { which } from "./which.ts";

/** The newest version of Pulumi's Go SDK that holds the language host's source. */
const LANGUAGE_HOST_VERSION = "3.68.0";

const MAIN = "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs";

/**
 * Pulumi's Node.js language host, as the folder it is in. It comes with a downloaded CLI and lies beside it; a CLI built from
 * source has none, so it is built from its own Go module.
 */
export function languageHost(cli: string, machine: Machine = thisMachine()): Thing<string> {
  const folder = join(machine.cache, `pulumi-language-nodejs-${LANGUAGE_HOST_VERSION}`);
  const executable =
    machine.platform === "win32" ? "pulumi-language-nodejs.exe" : "pulumi-language-nodejs";
  return {
    title: "Language host",
    async find() {
      const beside = besideCli(cli, executable, machine);
      if (beside !== undefined) return { text: "comes with the CLI", value: beside };
      const onPath = which("pulumi-language-nodejs", machine);
      if (onPath !== undefined) return { text: "on PATH", value: dirname(onPath) };
      return existsSync(join(folder, executable))
        ? { text: LANGUAGE_HOST_VERSION, value: folder }
        : undefined;
    },
    async bring(progress, signal) {
      const go = findGo(machine);
      await installFolder(
        folder,
        async (draft) => {
          const failed =
            go === undefined
              ? "there is no Go to build it with"
              : await goBuild(
                  go,
                  {
                    module: "language-host",
                    main: MAIN,
                    linkerFlags: `-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${LANGUAGE_HOST_VERSION}`,
                  },
                  join(draft, executable),
                  machine,
                  progress,
                  signal,
                );
          if (failed !== undefined) {
            throw new UserError(
              `pulumi: the CLI in ${cli} has no pulumi-language-nodejs beside it, and it cannot be built (${failed}); ` +
                "install all of Pulumi as https://www.pulumi.com/docs/install/ says",
            );
          }
        },
        progress,
      );
      return { text: `${LANGUAGE_HOST_VERSION}, built from source`, value: folder };
    },
  };
}

/** Package managers put a link on PATH and keep the files together elsewhere. */
function besideCli(cli: string, executable: string, machine: Machine): string | undefined {
  const pulumi = join(cli, machine.platform === "win32" ? "pulumi.exe" : "pulumi");
  const folders = [cli, ...(existsSync(pulumi) ? [dirname(realpathSync(pulumi))] : [])];
  return folders.find((folder) => existsSync(join(folder, executable)));
}
