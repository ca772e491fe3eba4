import { hasUnknowns, type Properties } from "../values.ts";
import type { Build } from "./build.ts";
import type { ContextPaths } from "./context.ts";

// The inputs of `docker.Image` after its check, as plain values.

/** One image to build, with everything known. */
export interface ImageInputs extends Omit<Build, keyof ContextPaths> {
  readonly skipPush: boolean;
  readonly context: string;
  readonly dockerfile: string;
  readonly registry: {
    readonly server?: string;
    readonly username?: string;
    readonly password?: string;
  };
}

/** Reads checked inputs; undefined while one that the build needs is unknown. */
export function readImageInputs(inputs: Properties): ImageInputs | undefined {
  const build = (inputs.build ?? {}) as Properties;
  if (
    hasUnknowns([
      inputs.imageName ?? null,
      build.context ?? null,
      build.dockerfile ?? null,
      build.args ?? null,
    ])
  )
    return undefined;
  return {
    imageName: String(inputs.imageName),
    skipPush: inputs.skipPush === true,
    context: String(build.context),
    dockerfile: String(build.dockerfile),
    args: texts(build.args as Properties | undefined),
    target: build.target ? String(build.target) : undefined,
    platform: String(build.platform),
    cacheFrom: (((build.cacheFrom as Properties | undefined)?.images ?? []) as unknown[]).map(
      String,
    ),
    addHosts: ((build.addHosts ?? []) as unknown[]).map(String),
    network: build.network ? String(build.network) : undefined,
    builder: build.builderVersion === "BuilderV1" ? "BuilderV1" : "BuilderBuildKit",
    registry: texts(inputs.registry as Properties | undefined),
  };
}

function texts(properties: Properties | undefined): { [name: string]: string } {
  return Object.fromEntries(
    Object.entries(properties ?? {}).map(([key, value]) => [key, String(value)]),
  );
}
