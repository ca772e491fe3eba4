import type * as pulumi from "@pulumi/pulumi";
import type { ServiceConfig } from "../config/schema.ts";
import type { Providers } from "../providers.ts";
import type { Registry } from "../registries/registry.ts";

/** What every target is given. */
export interface TargetArgs {
  /** `repository@sha256:…` by the name that targets pull it as; a target never sees a tag. */
  readonly image: pulumi.Input<string>;
  readonly commit: string;
  /** Counts the tries at this image, from 1; a new number makes a new revision of the same image. */
  readonly attempt: pulumi.Input<number>;
  readonly service: ServiceConfig;
  readonly registry: Registry;
  /** The service's variables. */
  readonly env: Readonly<Record<string, EnvironmentValue>>;
  readonly providers: Providers;
  readonly engineHost: string | undefined;
  readonly parent: pulumi.Resource;
}

/** A variable's value: in clear, a secret of the stack, or the name of a secret that the cloud holds already. */
export type EnvironmentValue =
  | { readonly plain: string }
  | { readonly secret: pulumi.Output<string> }
  | { readonly ref: string };

/** Where a service runs. One component per kind. */
export interface Target {
  readonly url: pulumi.Output<string>;
  /**
   * What runs there now: settles when the platform has accepted the image and the public may reach it, and fails when the
   * platform itself says that it runs something else.
   */
  readonly revision: pulumi.Output<string>;
  /** What the proof shows to a private service, as `Authorization: Bearer …`; a secret. */
  readonly identityToken?: pulumi.Output<string>;
  /** The last the platform has to say of a revision that does not prove itself, such as its log's last lines. */
  explain(revision: string): Promise<string>;
}

/** Makes the target of a service; only the chosen kind's file, and so its provider's SDK, is loaded. */
export async function makeTarget(name: string, args: TargetArgs): Promise<Target> {
  const { target } = args.service;
  switch (target.kind) {
    case "docker":
      return new (await import("./docker.ts")).DockerTarget(name, target, args);
    case "cloud-run": {
      const google = await args.providers.google(target.project, target.region);
      return new (await import("./cloud-run.ts")).CloudRunTarget(name, target, args, google);
    }
    case "elastic-beanstalk": {
      const aws = await args.providers.aws(target.account, target.region);
      const { ElasticBeanstalkTarget } = await import("./elastic-beanstalk.ts");
      return ElasticBeanstalkTarget.make(name, target, args, aws);
    }
  }
}
