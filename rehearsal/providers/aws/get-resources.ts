import type { ProviderFunction } from "../provider.ts";
import { isProperties, type Properties, type Value } from "../values.ts";
import type { EnvironmentRecord } from "./environment-record.ts";
import type { Session } from "./session.ts";

/**
 * `resourcegroupstaggingapi.getResources`, of environments only: they have the tags that the service itself gives them, by
 * https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/applications-tagging-resources.html.
 */
export function getResources({ account, cloud, region }: Session): ProviderFunction {
  return async (args) => {
    const where = String(args.region ?? region);
    const types = texts(args.resourceTypeFilters);
    const isAsked = types.length === 0 || types.includes("elasticbeanstalk:environment");
    const tagged = cloud
      .list<EnvironmentRecord>("aws/environment")
      .map(({ value }) => value)
      .filter((each) => isAsked && each.account === account && each.region === where)
      .map((each) => ({ resourceArn: arnOf(each), tags: tagsOf(each), complianceDetails: [] }));
    const filters = Array.isArray(args.tagFilters) ? args.tagFilters.filter(isProperties) : [];
    return {
      resourceTagMappingLists: tagged.filter(({ tags }) =>
        filters.every((filter) => fits(filter, tags)),
      ),
      id: where,
      region: where,
    };
  };
}

function arnOf({ account, region, application, name }: EnvironmentRecord): string {
  return `arn:aws:elasticbeanstalk:${region}:${account}:environment/${application}/${name}`;
}

function tagsOf({ id, name, tags }: EnvironmentRecord): Record<string, string> {
  return {
    ...tags,
    Name: name,
    "elasticbeanstalk:environment-id": id,
    "elasticbeanstalk:environment-name": name,
  };
}

function fits({ key, values }: Properties, tags: Readonly<Record<string, string>>): boolean {
  const value = tags[String(key)];
  const wanted = texts(values);
  return value !== undefined && (wanted.length === 0 || wanted.includes(value));
}

function texts(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
