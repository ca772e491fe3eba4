import { delimiter, resolve } from "node:path";
import { thisMachine } from "../setup/machine.ts";
import { pathOf, which } from "../setup/which.ts";
import { pipelineIdentity } from "./identity/identity.ts";
import { storedKeys } from "./identity/stored-keys.ts";
import type { Pulumi } from "./pulumi.ts";

/**
 * Pulumi's CLI as it is on PATH; where there is none, it is brought first. It is called with the environment of this
 * process, in which stored keys and the identity of a pipeline's step stand under the names that Pulumi knows.
 * @param program how the user called it.
 * @param cwd the folder of the project, or one below it. Default: where this process runs.
 * @throws UserError when there is none and it cannot be brought, or when half of a login is missing.
 */
export async function openPulumi(program = "pulumi", cwd = "."): Promise<Pulumi> {
  const machine = thisMachine();
  const login = { ...storedKeys(machine.env), ...pipelineIdentity(machine.env) };
  const isThere = program !== "pulumi" || which(program, machine) !== undefined;
  const path = isThere ? [] : await bringPulumi();
  return {
    program,
    folder: resolve(cwd),
    env: {
      ...machine.env,
      ...login,
      PATH: [...path, pathOf(machine)].join(delimiter),
    },
  };
}

/** The set-up is loaded only where it is needed. */
async function bringPulumi(): Promise<readonly string[]> {
  const [{ ready }, { tellOn }] = await Promise.all([
    import("../setup/ready.ts"),
    import("../setup/story.ts"),
  ]);
  return (await ready(["pulumi"], tellOn(process.stderr))).path;
}
