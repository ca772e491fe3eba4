import type { Provider } from "@pulumi/aws/provider.js";
import * as pulumi from "@pulumi/pulumi";
import type { AwsGroundConfig } from "../config/ground.ts";
import { beanstalkApplication } from "./aws-application.ts";
import { BundleBucket } from "./aws-bucket.ts";
import { imageRepository } from "./aws-repository.ts";
import { AwsTrust } from "./aws-trust.ts";

/** What releases refer to in an AWS account and region: repositories, application and bundles, and the roles of pipelines. */
export class AwsGround extends pulumi.ComponentResource {
  /** Repositories by their image names, the application, the bucket, and trust's role ARNs. */
  readonly outputs: pulumi.Output<unknown>;

  constructor(name: string, config: AwsGroundConfig, aws: Provider) {
    super("slipway:ground:Aws", name);
    const { account, region, application, trust } = config;
    const options = { parent: this, provider: aws };
    const repositories = config.repositories.map((repository) =>
      imageRepository(repository, config, options),
    );
    const bucket = application && new BundleBucket(config, options).name;
    if (application && !config.applicationExists) {
      beanstalkApplication(application, config, options);
    }
    this.outputs = pulumi.output({
      account,
      region,
      repositories,
      ...(application && { application, bucket }),
      ...(trust && { trust: new AwsTrust(trust, config, options).outputs }),
    });
    this.registerOutputs({ outputs: this.outputs });
  }
}
