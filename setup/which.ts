import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Machine } from "./machine.ts";

/** Every executable of this name on the machine's PATH and in its further folders, in order. */
export function whichAll(name: string, machine: Machine): string[] {
  const endings = machine.platform === "win32" ? [".exe", ".cmd", ".bat"] : [""];
  return [...pathOf(machine).split(delimiter), ...machine.furtherFolders]
    .filter(Boolean)
    .flatMap((folder) => endings.map((ending) => join(folder, name + ending)))
    .filter(isExecutable);
}

/** The executable that a shell would run for this name, else one in the machine's further folders. */
export function which(name: string, machine: Machine): string | undefined {
  return whichAll(name, machine)[0];
}

/** The machine's PATH, which Windows may call Path. */
export function pathOf(machine: Machine): string {
  const name = Object.keys(machine.env).find((key) => key.toUpperCase() === "PATH");
  return (name && machine.env[name]) || "";
}

/** The environment of commands that are root's: with the further folders on PATH. */
export function systemEnvironment(machine: Machine): Machine["env"] {
  return { ...machine.env, PATH: [pathOf(machine), ...machine.furtherFolders].join(delimiter) };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
