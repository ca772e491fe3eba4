import type { Task } from "../work/steps.ts";
import type { HeldImage } from "./held-images.ts";

/** What of a build is not in its task. */
export interface Places {
  /** Where BuildKit answers, as in `BUILDKIT_HOST`. */
  readonly address: string;
  /** The folder with the context. */
  readonly context: string;
  /** The OCI layout that the image goes to. */
  readonly layout: string;
  readonly policyFile: string;
  /** Where the image's digest is written to. */
  readonly metadataFile: string;
  readonly bases: readonly HeldImage[];
}

/** The arguments with which BuildKit's client builds a task's image. */
export function clientArguments({ order, client }: Task, places: Places): string[] {
  const options: Record<string, string> = {
    ...Object.fromEntries(
      Object.entries(order.args).map(([name, value]) => [`build-arg:${name}`, value]),
    ),
    filename: order.dockerfile,
    ...(order.target === undefined ? {} : { target: order.target }),
    ...(order.platform === undefined ? {} : { platform: order.platform }),
    // Cache mounts are shared by name; clients must not find each other's.
    "build-arg:BUILDKIT_CACHE_MOUNT_NS": client,
    // Makes BuildKit's own frontend build what names another in its `# syntax=`.
    cmdline: "builder",
    ...Object.fromEntries(
      places.bases.map(({ name, digest }, index) => [
        `context:${name}`,
        `oci-layout://base${index}@${digest}`,
      ]),
    ),
  };
  return [
    ...["--addr", places.address, "build", "--frontend", "dockerfile.v0", "--progress", "rawjson"],
    ...["--local", `context=${places.context}`, "--local", `dockerfile=${places.context}`],
    ...places.bases.flatMap(({ layout }, index) => ["--oci-layout", `base${index}=${layout}`]),
    ...Object.entries(options).flatMap(([name, value]) => ["--opt", `${name}=${value}`]),
    ...["--output", `type=oci,tar=false,dest=${places.layout}`],
    ...["--metadata-file", places.metadataFile, "--source-policy-file", places.policyFile],
  ];
}
