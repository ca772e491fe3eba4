import { Environment } from "@pulumi/aws/elasticbeanstalk/environment.js";
import { getSolutionStackOutput } from "@pulumi/aws/elasticbeanstalk/getSolutionStack.js";
import type * as pulumi from "@pulumi/pulumi";
import type { ElasticBeanstalkConfig } from "../../config/elastic-beanstalk.ts";
import { makeAlarms } from "./alarms.ts";
import { environmentName } from "./environment-name.ts";
import type { LoginFile } from "./login.ts";
import type { Place } from "./place.ts";
import { makeInstanceProfile, makeServiceRole } from "./roles.ts";
import { environmentSettings } from "./settings.ts";
import type { Variables } from "./variables.ts";

/** What an environment is made of. */
export interface EnvironmentParts {
  readonly version: pulumi.Output<string>;
  readonly login: LoginFile | undefined;
  readonly variables: Variables;
  readonly pullsFromEcr: boolean;
}

/** An environment of the stack's own, with its identities and its alarms. */
export function makeEnvironment(
  name: string,
  config: ElasticBeanstalkConfig,
  { version, login, variables, pullsFromEcr }: EnvironmentParts,
  place: Place,
): Environment {
  const secrets = Object.values(variables.secrets);
  const instances = makeInstanceProfile(name, { pullsFromEcr, login, secrets }, place);
  const service = makeServiceRole(name, place);
  const environment = new Environment(
    name,
    {
      name: environmentName(name, config),
      application: config.application,
      version,
      solutionStackName: config.platform ? platform(config.platform) : newestPlatform(place),
      settings: environmentSettings(config, {
        instanceProfile: instances.name,
        serviceRole: service.name,
        variables,
      }),
      waitForReadyTimeout: "40m",
    },
    {
      ...place,
      dependsOn: [...instances.grants, ...service.grants],
      protect: config.protect,
      ignoreChanges: config.platform ? [] : ["solutionStackName"],
      // The provider would never send a change of it; the name changes with it, so that the new environment can come first.
      replaceOnChanges: ["application"],
      deleteBeforeReplace: false,
      additionalSecretOutputs: ["allSettings"],
    },
  );
  makeAlarms(name, environment, config.alerts, place);
  return environment;
}

/** An environment that exists: whatever it is stays, but the version. */
export function adoptEnvironment(
  name: string,
  config: ElasticBeanstalkConfig,
  version: pulumi.Output<string>,
  id: string,
  place: Place,
): Environment {
  return new Environment(
    name,
    { name: environmentName(name, config), application: config.application, version },
    {
      ...place,
      import: id,
      protect: config.protect,
      retainOnDelete: true,
      ignoreChanges: [
        "cnamePrefix",
        "description",
        "platformArn",
        "pollInterval",
        "settings",
        "solutionStackName",
        "tags",
        "tagsAll",
        "templateName",
        "tier",
        "waitForReadyTimeout",
      ],
      // Its settings were read from it, with whatever stands in its variables.
      additionalSecretOutputs: ["allSettings", "settings"],
    },
  );
}

function platform(version: string): string {
  return `64bit Amazon Linux 2023 v${version} running Docker`;
}

function newestPlatform(place: Place): pulumi.Output<string> {
  const nameRegex = "^64bit Amazon Linux 2023 v4\\.\\d+\\.\\d+ running Docker$";
  return getSolutionStackOutput({ mostRecent: true, nameRegex }, place).name;
}
