import { LifecyclePolicy } from "@pulumi/aws/ecr/lifecyclePolicy.js";
import { Repository } from "@pulumi/aws/ecr/repository.js";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsGroundConfig } from "../config/ground.ts";
import { ecrCleanUp } from "./clean-up.ts";

/**
 * A repository of images on ECR: encrypted, scanned on push, cleaned up by itself. Its tags can move, because those that
 * name what runs do; that a commit's never does is the program's own care.
 * @returns the name of its images, without tag and digest.
 */
export function imageRepository(
  name: string,
  { keep, protect }: AwsGroundConfig,
  options: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
  const repository = new Repository(
    name,
    {
      name,
      imageTagMutability: "MUTABLE",
      imageScanningConfiguration: { scanOnPush: true },
      encryptionConfigurations: [{ encryptionType: "AES256" }],
      forceDelete: !protect,
    },
    { ...options, protect },
  );
  new LifecyclePolicy(name, { repository: repository.name, policy: ecrCleanUp(keep) }, options);
  return repository.repositoryUrl;
}
