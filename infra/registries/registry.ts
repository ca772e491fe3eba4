import type { Input } from "@pulumi/pulumi";
import type { Logins } from "../config/environment.ts";
import type { RegistryConfig } from "../config/registries.ts";
import type { Providers } from "../providers.ts";
import type { Distribution } from "./distribution.ts";

/** Where images are pushed to and looked up in. One file per kind makes one. */
export interface Registry {
  /** Host and path of the repository, fully qualified: `localhost:5055/web`, `docker.io/acme/web`. */
  readonly repository: string;
  /** By what name targets pull it, where that is another one: through a remote repository. */
  readonly pulledAs?: string;
  /** What the engine logs in with to push; absent where no login is needed. */
  readonly credentials?: {
    readonly server: string;
    /** Absent where a preview does without a login. */
    readonly username?: Input<string>;
    readonly password?: Input<string>;
  };
  /** A login that stays valid after the run, for a target that pulls with it; absent where there is none or none is needed. */
  readonly lastingLogin?: { readonly username: Input<string>; readonly password: Input<string> };
  /** Its content, for a copy into another registry. */
  readonly images: Distribution;
  /** The digest that a tag or digest names, or undefined when the registry holds none. */
  digestOf(reference: string): Promise<string | undefined>;
  /** Lets `tag` name what `digest` names, inside the registry. */
  tag(digest: string, tag: string): Promise<void>;
}

/** What a registry may log in with. */
export interface RegistryAccess {
  readonly logins: Logins;
  /** One of `slipway:secrets`. */
  readonly secret: (name: string) => string;
  /** The run's providers, whose identity a registry of the same cloud takes; absent outside of a Pulumi program. */
  readonly providers?: Providers;
}

/** Opens the registry of a service; only the chosen kind's file is loaded. */
export async function openRegistry(
  service: string,
  config: RegistryConfig,
  access: RegistryAccess,
): Promise<Registry> {
  switch (config.kind) {
    case "local":
      return (await import("./local.ts")).openLocal(service, config);
    case "docker-hub":
      return (await import("./docker-hub.ts")).openDockerHub(service, config, access);
    case "artifact-registry":
      return (await import("./artifact-registry.ts")).openArtifactRegistry(service, config, access);
    case "ecr":
      return (await import("./ecr.ts")).openEcr(service, config, access);
  }
}
