import { LOCAL_REGISTRY_PORT } from "../../setup/local-registry.ts";
import { openCloud } from "../cloud/cloud.ts";
import { cloudsIn, goesOutside } from "../clouds-in.ts";
import type { Outside } from "../stand-ins.ts";
import { cloudFolder } from "../workplace.ts";

/** The outside while it is played. */
export interface Played extends Outside {
  /** What `SLIPWAY_OUTSIDE` is set to. */
  readonly address: string;
  close(): Promise<void>;
}

/** Host and port of the registry that plays every other; tests keep theirs apart with `SLIPWAY_REHEARSAL_REGISTRY`. */
export function playedRegistry(): string {
  return process.env.SLIPWAY_REHEARSAL_REGISTRY ?? `localhost:${LOCAL_REGISTRY_PORT}`;
}

/**
 * Plays the outside for a stack of this configuration; undefined where the stack does not go there. A front door that is open
 * already is used.
 * @param databases the URLs of the rehearsal's databases, by service.
 */
export async function playOutside(
  config: Readonly<Record<string, unknown>>,
  databases: Readonly<Record<string, string>>,
): Promise<Played | undefined> {
  if (!goesOutside(config)) return undefined;
  const outside = {
    cloud: openCloud(cloudFolder),
    registry: playedRegistry(),
    clouds: cloudsIn(config),
  };
  if (outside.clouds.includes("gcp")) {
    const { takeForGranted } = await import("../providers/gcp/taken-for-granted.ts");
    takeForGranted(outside.cloud, config, databases);
  }
  if (outside.clouds.includes("aws")) {
    const { takeForGranted } = await import("../providers/aws/taken-for-granted.ts");
    takeForGranted(outside.cloud, config, databases);
  }
  const open = process.env.SLIPWAY_OUTSIDE;
  if (open) return { ...outside, address: open, close: async () => {} };
  const { openFrontDoor } = await import("./front-door.ts");
  return { ...outside, ...(await openFrontDoor(outside)) };
}
