import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { DOCKER_PLUGIN_VERSION, type DockerProvider } from "../setup/docker-plugin.ts";
import { UserError } from "../setup/user-error.ts";
import type { Workplace } from "./workplace.ts";

/** Who carries out what the program asks for: the real plugins, or the stand-ins of a rehearsal. */
export type Flavour = DockerProvider;

/**
 * Decides once who works on a state, and keeps to it: a state made by one is never shown to the other.
 * @throws UserError when the state belongs to a plugin that is not there any more.
 */
export function settleFlavour(place: Workplace, available: Flavour): Flavour {
  const made = existsSync(place.provider)
    ? (readFileSync(place.provider, "utf8").trim() as Flavour)
    : undefined;
  if (made === "plugin" && available === "stand-in") {
    throw new UserError(
      `docker plugin: it made the state in ${place.folder} and is not there any more; install it with pulumi plugin install resource docker ${DOCKER_PLUGIN_VERSION}`,
    );
  }
  writeFileSync(place.provider, made ?? available);
  return made ?? available;
}

/** To be called when nothing is left of a state: the next one may be made by either. */
export function forgetFlavour(place: Workplace): void {
  rmSync(place.provider, { force: true });
}
