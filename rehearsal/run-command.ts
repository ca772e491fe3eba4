import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { pulumiFlag } from "../setup/pulumi-flags.ts";
import { ready } from "../setup/ready.ts";
import type { Story } from "../setup/story.ts";
import { UserError } from "../setup/user-error.ts";
import { openCloud } from "./cloud/cloud.ts";
import { unknownDatabases } from "./database/wanted.ts";
import { openFrontDoor } from "./outside/front-door.ts";
import { playedRegistry } from "./outside/play-outside.ts";
import { played } from "./pulumi-stack.ts";
import { readStack } from "./stack-file.ts";
import { checkout, cloudFolder } from "./workplace.ts";

/** The folder with the `pulumi` that plays Pulumi's CLI. */
export const playedCli = join(import.meta.dirname, "bin");

/** The folder with a configuration of Docker that is logged in to the registries of the played clouds, and its helper. */
export const playedDockerConfig = join(import.meta.dirname, "outside", "docker");

/**
 * Runs a command to its end, for which `pulumi` is a rehearsal of whatever stack it names, and the registries and URLs
 * of the outside are played on this machine. Returns its exit code.
 * @throws UserError when there is no command, or it cannot be started.
 */
export async function runCommand(command: readonly string[], story: Story): Promise<number> {
  const [program, ...args] = command;
  if (program === undefined) {
    throw new UserError(
      "command line: run is followed by a command; such as npm run rehearse -- run pulumi preview --stack staging",
    );
  }
  const postgres = hasUnknownDatabase(args) ? (["postgres-image"] as const) : [];
  await ready(["pulumi", "engine", "base-image", "registry", ...postgres], story);
  const door = await openFrontDoor({ cloud: openCloud(cloudFolder), registry: playedRegistry() });
  const path = [
    playedCli,
    playedDockerConfig,
    join(checkout, "node_modules", ".bin"),
    process.env.PATH,
  ];
  const env = {
    ...process.env,
    ...played(door.address),
    DOCKER_CONFIG: playedDockerConfig,
    PATH: path.join(delimiter),
  };
  try {
    const child = spawn(program, args, { stdio: "inherit", env });
    const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (signal ? constants.signals[signal] : 0);
  } catch (error) {
    throw new UserError(`${program}: ${(error as Error).message}; name a command that is on PATH`);
  } finally {
    await door.close();
  }
}

/** Whether the stack that a command names will want a database; the `pulumi` that is played brings it without a word. */
function hasUnknownDatabase(args: readonly string[]): boolean {
  const stack = pulumiFlag(args, "stack", "s");
  if (stack === undefined || !existsSync(join(checkout, `Pulumi.${stack}.yaml`))) return false;
  return unknownDatabases(readStack(stack)).length > 0;
}
