import type { Input } from "@pulumi/pulumi";
import type { RegistryConfig } from "../config.ts";

/** Where images are pushed to and looked up in. One file per kind makes one. */
export interface Registry {
  /** Host and path of the repository, fully qualified: `localhost:5055/web`. */
  readonly repository: string;
  /** What the engine logs in with to push; absent where no login is needed. */
  readonly credentials?: {
    readonly server: string;
    readonly username: Input<string>;
    readonly password: Input<string>;
  };
  /** The digest that a tag or digest names, or undefined when the registry holds none. */
  digestOf(reference: string): Promise<string | undefined>;
  /** Lets `tag` name what `digest` names, inside the registry. */
  tag(digest: string, tag: string): Promise<void>;
}

/** Opens the registry of a service; only the chosen kind's file is loaded. */
export async function openRegistry(service: string, config: RegistryConfig): Promise<Registry> {
  switch (config.kind) {
    case "local":
      return (await import("./local.ts")).openLocal(service, config);
  }
}
