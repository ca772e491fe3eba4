import type { Cloud } from "../../cloud/cloud.ts";
import type { Provider } from "../provider.ts";
import { functionsOf } from "./functions.ts";
import { checkConfig, readConfig } from "./provider-config.ts";
import { resourcesOf } from "./resources.ts";
import { awsSession } from "./session.ts";

// The aws stand-in: `@pulumi/aws` 7.48.0 without its plugin and without an account.

export interface AwsProviderOptions {
  /** What the clouds remember. */
  readonly cloud: Cloud;
  /** Host and port of this machine's registry, which keeps the images of every other. */
  readonly registry: string;
  /** Where `AWS_REGION`, `DOCKER_HOST` and the like are read from; the default is this process's environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Where the program's relative paths start; the default is this process's folder. */
  readonly cwd?: string;
  /** How long an environment's health path has to answer, in seconds; the default is 30. */
  readonly patience?: number;
}

/** Makes the stand-in; its account is the first of `allowedAccountIds`, so that any account can be rehearsed. */
export function createAwsProvider({
  cloud,
  registry,
  env = process.env,
  cwd = process.cwd(),
  patience = 30,
}: AwsProviderOptions): Provider {
  return {
    version: "7.48.0",
    checkConfig: async (inputs) => checkConfig(inputs, env),
    async configure(config) {
      const session = awsSession(
        { ...readConfig(config, env), cloud, registry, cwd, patience },
        env,
      );
      return { resources: resourcesOf(session), functions: functionsOf(session) };
    },
  };
}
