import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Machine, thisMachine } from "./machine.ts";
import { run } from "./run.ts";
import type { Thing } from "./thing.ts";

/** The version of Pulumi's docker plugin that fits `@pulumi/docker` in package.json. */
export const DOCKER_PLUGIN_VERSION = "5.2.0";

/** Who answers for docker resources: Pulumi's own plugin, or the rehearsal's stand-in. */
export type DockerProvider = "plugin" | "stand-in";

/** How long, in milliseconds, an attempt to download the plugin may take, and for how long a failed one is not repeated. */
const PATIENCE = 120_000;
const DAY = 86_400_000;

/** Pulumi's docker plugin if it is installed or can be, else the stand-in: never an error. `cli` is the folder of the CLI. */
export function dockerPlugin(cli: string, machine: Machine = thisMachine()): Thing<DockerProvider> {
  const home = machine.env.PULUMI_HOME ?? join(machine.home, ".pulumi");
  const plugin = join(home, "plugins", `resource-docker-v${DOCKER_PLUGIN_VERSION}`);
  const outOfReach = join(machine.cache, `docker-plugin-${DOCKER_PLUGIN_VERSION}-out-of-reach`);
  const standIn = {
    text: "the stand-in, because the plugin can be neither found nor downloaded",
    value: "stand-in",
  } as const;
  return {
    title: "Docker provider",
    async find() {
      if (isInstalled(plugin)) return { text: `plugin ${DOCKER_PLUGIN_VERSION}`, value: "plugin" };
      return existsSync(outOfReach) && Date.now() - statSync(outOfReach).mtimeMs < DAY
        ? standIn
        : undefined;
    },
    async bring(progress, signal) {
      progress("downloading the plugin");
      const executable = join(cli, machine.platform === "win32" ? "pulumi.exe" : "pulumi");
      const { code } = await run(
        executable,
        ["plugin", "install", "resource", "docker", DOCKER_PLUGIN_VERSION],
        {
          env: { ...machine.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
          timeout: PATIENCE,
          signal,
        },
      );
      if (code === 0 && isInstalled(plugin)) {
        return { text: `plugin ${DOCKER_PLUGIN_VERSION}, downloaded`, value: "plugin" };
      }
      mkdirSync(machine.cache, { recursive: true });
      writeFileSync(outOfReach, "");
      return standIn;
    },
  };
}

/** Pulumi leaves a mark beside a plugin until it has been unpacked whole. */
function isInstalled(plugin: string): boolean {
  return existsSync(plugin) && !existsSync(`${plugin}.partial`);
}
