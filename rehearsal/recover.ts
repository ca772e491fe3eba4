import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Stack } from "@pulumi/pulumi/automation/index.js";
import type Docker from "dockerode";
import { UserError } from "../setup/user-error.ts";
import type { Workplace } from "./workplace.ts";

interface PulumiLock {
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  readonly timestamp: string;
}

interface Operation {
  readonly type: string;
  readonly resource: { readonly type: string; readonly inputs?: { readonly name?: string } };
}

/**
 * Mends what a killed run has left: Pulumi's lock, and containers that were being made and are in no state.
 * @throws UserError when a run that is still alive holds the lock.
 */
export async function recover(place: Workplace, stack: Stack, engine: Docker): Promise<void> {
  for (const lock of pulumiLocks(place)) {
    if (lock !== undefined && isPulumi(lock.pid)) {
      throw new UserError(
        `stack ${place.stack}: Pulumi's process ${lock.pid} of ${lock.username} holds it since ${lock.timestamp}; wait for it, or end it`,
      );
    }
    await stack.cancel();
  }
  if (!existsSync(place.unfinished)) return;
  const exported = await stack.exportStack();
  const operations: readonly Operation[] = exported.deployment?.pending_operations ?? [];
  if (operations.length === 0) return;
  const names = operations.flatMap(({ type, resource }) =>
    type === "creating" && resource.type === "docker:index/container:Container"
      ? (resource.inputs?.name ?? [])
      : [],
  );
  await Promise.all(names.map((name) => removeContainer(engine, name)));
  await stack.importStack({
    ...exported,
    deployment: { ...exported.deployment, pending_operations: [] },
  });
}

function pulumiLocks(place: Workplace): (PulumiLock | undefined)[] {
  const folder = join(place.backend, ".pulumi", "locks", "organization", "slipway", place.stack);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => readLock(join(folder, name)));
}

/** A lock that was cut off while it was written has no holder any more. */
function readLock(path: string): PulumiLock | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as PulumiLock;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether a process is there and is Pulumi's: its number may have gone to another one since. */
function isPulumi(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const { stdout, error } = spawnSync("ps", ["-p", String(pid), "-o", "comm="], {
    encoding: "utf8",
  });
  // Without a ps to ask, the number alone has to do.
  return error !== undefined || stdout.includes("pulumi");
}

/** The name was made up by the provider for this one container, so nothing else can be meant by it. */
async function removeContainer(engine: Docker, name: string): Promise<void> {
  try {
    await engine.getContainer(name).remove({ force: true });
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode !== 404) throw error;
  }
}
