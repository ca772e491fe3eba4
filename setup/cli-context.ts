import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "./machine.ts";

/** The engine that the docker CLI has been told to use, if it is not the default one. */
export function cliContext(machine: Machine): { name: string; host: string } | undefined {
  const folder = machine.env.DOCKER_CONFIG ?? join(machine.home, ".docker");
  const name: unknown =
    machine.env.DOCKER_CONTEXT ?? readJson(join(folder, "config.json"))?.currentContext;
  if (typeof name !== "string" || name === "" || name === "default") return undefined;
  const id = createHash("sha256").update(name).digest("hex");
  const meta = readJson(join(folder, "contexts", "meta", id, "meta.json"));
  const host: unknown = meta?.Endpoints?.docker?.Host;
  return typeof host === "string" ? { name, host } : undefined;
}

function readJson(file: string) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
