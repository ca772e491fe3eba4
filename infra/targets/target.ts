import type { Provider } from "@pulumi/docker/provider.js";
import type * as pulumi from "@pulumi/pulumi";
import type { ServiceConfig } from "../config.ts";

/** What every target is given. */
export interface TargetArgs {
  /** `repository@sha256:…`; a target never sees a tag. */
  readonly image: pulumi.Input<string>;
  readonly service: ServiceConfig;
  /** The service's variables, secrets among them. */
  readonly env: Readonly<Record<string, pulumi.Input<string>>>;
  /** For the Docker engine of this run. */
  readonly docker: Provider;
  readonly engineHost: string | undefined;
  readonly parent: pulumi.Resource;
}

/** Where a service runs. One component per kind. */
export interface Target {
  readonly url: pulumi.Output<string>;
  /** What runs there now: settles when the platform has accepted the image and the public may reach it. */
  readonly revision: pulumi.Output<string>;
  /** The last the platform has to say of a revision that does not prove itself, such as its log's last lines. */
  explain(revision: string): Promise<string>;
}

/** Makes the target of a service; only the chosen kind's file, and so its provider's SDK, is loaded. */
export async function makeTarget(name: string, args: TargetArgs): Promise<Target> {
  const { target } = args.service;
  switch (target.kind) {
    case "docker":
      return new (await import("./docker.ts")).DockerTarget(name, target, args);
  }
}
