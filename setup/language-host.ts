import { existsSync, linkSync, realpathSync } from "node:fs";
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
      if (beside !== undefined) {
        const text = isOwn(cli, machine) ? LANGUAGE_HOST_VERSION : "comes with the CLI";
        return { text, value: beside };
      }
      const onPath = which("pulumi-language-nodejs", machine);
      if (onPath !== undefined) return { text: "on PATH", value: dirname(onPath) };
      return existsSync(join(folder, executable))
        ? { text: LANGUAGE_HOST_VERSION, value: placed(folder, executable, cli, machine) }
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
      const value = placed(folder, executable, cli, machine);
      return { text: `${LANGUAGE_HOST_VERSION}, built from source`, value };
    },
  };
}

/** Whether the set-up itself has made the CLI, so that its folder may be added to. */
function isOwn(cli: string, { cache }: Machine): boolean {
  return dirname(cli) === cache;
}

/** Beside a CLI of the set-up's own it is found without a word; taken from PATH, Pulumi warns of it at each run. */
function placed(folder: string, executable: string, cli: string, machine: Machine): string {
  if (!isOwn(cli, machine)) return folder;
  try {
    linkSync(join(folder, executable), join(cli, executable));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return cli;
}

/** Package managers put a link on PATH and keep the files together elsewhere. */
function besideCli(cli: string, executable: string, machine: Machine): string | undefined {
  const pulumi = join(cli, machine.platform === "win32" ? "pulumi.exe" : "pulumi");
  const folders = [cli, ...(existsSync(pulumi) ? [dirname(realpathSync(pulumi))] : [])];
  return folders.find((folder) => existsSync(join(folder, executable)));
}
