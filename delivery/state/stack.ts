import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parse } from "yaml";
import { UserError } from "../../setup/user-error.ts";
import { askIfThere, type Pulumi } from "../pulumi.ts";
import { newestOf, noState, readStackState, type StackState } from "./stack-state.ts";

/** One stack of a project, and how to call Pulumi for it. */
export interface Stack {
  /** As Pulumi takes it: `production`, or `acme/slipway/production`. */
  readonly name: string;
  /** Its stack file, whether it is there or not. */
  readonly file: string;
  readonly pulumi: Pulumi;
}

/** How a command names a stack. */
export interface StackChoice {
  /** Default: `PULUMI_STACK`, else the one that is selected. */
  readonly stack?: string | undefined;
  /** Default: `PULUMI_OPTION_CONFIG_FILE`, else the one beside the project file. */
  readonly configFile?: string | undefined;
}

/**
 * Finds out which stack is meant and where its file is.
 * @throws UserError when none is named and none is selected, or when there is no project.
 */
export async function openStack(
  pulumi: Pulumi,
  { stack, configFile }: StackChoice,
): Promise<Stack> {
  const { env, folder } = pulumi;
  const name =
    stack || env.PULUMI_OPTION_STACK || env.PULUMI_STACK || (await selectedStack(pulumi));
  const given = configFile || env.PULUMI_OPTION_CONFIG_FILE;
  return { name, pulumi, file: given ? resolve(folder, given) : fileOf(name, folder) };
}

/** What the stack's state and history say; nothing for a stack that is not there yet. */
export async function readState(stack: Stack): Promise<StackState> {
  // In this order: an update that ends in between is not in the history yet, and so is noticed as a newer one.
  const history = await historyOf(stack);
  const exported = await askIfThere(stack.pulumi, ["stack", "export", "--stack", stack.name]);
  if (exported === undefined || history === undefined) return noState;
  return readStackState(exported, history);
}

/** The newest entry of the stack's history, as its state holds it: {@link StackState.newest}. */
export async function newestEntry(stack: Stack): Promise<string | undefined> {
  const history = await historyOf(stack);
  return history === undefined ? undefined : newestOf(history);
}

function historyOf({ name, pulumi }: Stack): Promise<string | undefined> {
  const asked = "stack history --json --page-size 10 --page 1 --stack".split(" ");
  return askIfThere(pulumi, [...asked, name]);
}

async function selectedStack(pulumi: Pulumi): Promise<string> {
  const name = (await askIfThere(pulumi, ["stack", "--show-name"]))?.trim();
  if (!name) throw new UserError("--stack: no stack is selected; name one with --stack STACK");
  return name;
}

/** By Pulumi's own rule: beside the project file, or where that says. */
function fileOf(stack: string, folder: string): string {
  const project = projectFile(folder);
  const { stackConfigDir = "." } = (parse(readFileSync(project, "utf8")) ?? {}) as {
    stackConfigDir?: string;
  };
  return join(dirname(project), stackConfigDir, `Pulumi.${stack.split("/").at(-1)}.yaml`);
}

/**
 * The project file of a folder: there, or in the nearest folder above.
 * @throws UserError when there is none.
 */
export function projectFile(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    const found = ["Pulumi.yaml", "Pulumi.yml"].map((name) => join(at, name)).find(existsSync);
    if (found) return found;
    if (at === dirname(at)) {
      throw new UserError(
        `${folder}: there is no Pulumi.yaml here or above; call this in the project's folder, or name it with --cwd`,
      );
    }
  }
}
