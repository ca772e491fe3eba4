import type { Provider } from "@pulumi/aws/provider.js";
import { getResources } from "@pulumi/aws/resourcegroupstaggingapi/getResources.js";
import { RunError } from "@pulumi/pulumi/errors.js";
import type { ElasticBeanstalkConfig } from "../../config/elastic-beanstalk.ts";

/**
 * The id of the environment that is to be adopted; undefined where none is. AWS knows environments by their ids and has no
 * lookup by name but the tags that it gives each of them:
 * https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/applications-tagging-resources.html.
 * @throws pulumi.RunError when the application has no environment of that name, or AWS does not say.
 */
export async function findEnvironment(
  service: string,
  config: ElasticBeanstalkConfig,
  provider: Provider,
): Promise<string | undefined> {
  const { region, application, environment, environmentId } = config;
  if (environment === undefined || environmentId !== undefined) return environmentId;
  const where = `slipway:services.${service}.target.environment`;
  const { resourceTagMappingLists: found } = await getResources(
    {
      resourceTypeFilters: ["elasticbeanstalk:environment"],
      tagFilters: [{ key: "elasticbeanstalk:environment-name", values: [environment] }],
    },
    { provider },
  ).catch((error: Error) => {
    throw new RunError(
      `${where}: AWS does not tell its id (${error.message}); allow tag:GetResources, or set environmentId`,
    );
  });
  const own = found.find(({ resourceArn }) =>
    resourceArn.endsWith(`:environment/${application}/${environment}`),
  );
  const id = own?.tags["elasticbeanstalk:environment-id"];
  if (id !== undefined) return id;
  throw new RunError(
    `${where}: the application ${application} has no environment ${environment} in ${region}; correct the name, or set environmentId to the EnvironmentId that aws elasticbeanstalk describe-environments --region ${region} --environment-names ${environment} shows`,
  );
}
