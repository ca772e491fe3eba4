import type { Provider } from "@pulumi/gcp/provider.js";
import * as pulumi from "@pulumi/pulumi";
import type { GoogleGroundConfig } from "../config/ground.ts";
import { enableApis } from "./google-apis.ts";
import { ImageRepository } from "./google-repository.ts";
import { GoogleTrust } from "./google-trust.ts";

/** What releases refer to in a Google project: its APIs, repositories of images, and the identities of pipelines. */
export class GoogleGround extends pulumi.ComponentResource {
  /** Repositories by their image names' beginning; trust's provider names and service accounts. */
  readonly outputs: pulumi.Output<unknown>;

  constructor(
    name: string,
    config: GoogleGroundConfig,
    google: Provider,
    secrets: pulumi.Output<Readonly<Record<string, string>>>,
  ) {
    super("slipway:ground:Google", name);
    const { project, region, trust } = config;
    const apis = enableApis(project, { parent: this, provider: google });
    const options = { parent: this, google, apis };
    const repositories = config.repositories.map(
      (repository) => new ImageRepository(repository, config, secrets, options),
    );
    this.outputs = pulumi.output({
      project,
      region,
      repositories: repositories.map(({ prefix }) => prefix),
      ...(trust && { trust: new GoogleTrust(trust, project, repositories, options).outputs }),
    });
    this.registerOutputs({ outputs: this.outputs });
  }
}
