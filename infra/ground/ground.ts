import type * as pulumi from "@pulumi/pulumi";
import type { GroundConfig } from "../config/ground.ts";
import type { Providers } from "../providers.ts";

/** What ground is made with. */
export interface GroundArgs {
  readonly providers: Providers;
  /** The values of `slipway:secrets` by name. */
  readonly secrets: pulumi.Output<Readonly<Record<string, string>>>;
}

/**
 * Makes what outlives a release, once, by a person; only the SDKs of the configured clouds are loaded.
 * @returns an output for each cloud with what stack files and pipelines refer to.
 */
export async function makeGround(
  { google, aws }: GroundConfig,
  { providers, secrets }: GroundArgs,
): Promise<Record<string, pulumi.Output<unknown>>> {
  const outputs: Record<string, pulumi.Output<unknown>> = {};
  if (google) {
    const { GoogleGround } = await import("./google.ts");
    const provider = await providers.google(google.project, google.region);
    outputs.google = new GoogleGround("google", google, provider, secrets).outputs;
  }
  if (aws) {
    const { AwsGround } = await import("./aws.ts");
    const provider = await providers.aws(aws.account, aws.region);
    outputs.aws = new AwsGround("aws", aws, provider).outputs;
  }
  return outputs;
}
