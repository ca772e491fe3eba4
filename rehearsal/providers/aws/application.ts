import { block, flag, text, whole } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import type { Properties } from "../values.ts";
import type { EnvironmentRecord } from "./environment-record.ts";
import { all, arn, between, like, shorterThan } from "./forms.ts";
import { recordType } from "./record-type.ts";
import type { Session } from "./session.ts";

/** `elasticbeanstalk.Application`. */
export function applicationType(session: Session): ResourceType {
  const { account, cloud } = session;
  return recordType(session, {
    kind: "aws/application",
    tagged: true,
    autonamed: { property: "name", most: 100 },
    schema: {
      name: text({
        replaces: true,
        refuses: all(shorterThan(100), like(/^[^/]+$/, "a name of 1 to 100 characters without /")),
      }),
      description: text({ refuses: shorterThan(200) }),
      appversionLifecycle: block({
        serviceRole: text({ required: true, refuses: arn("iam") }),
        maxCount: whole({ refuses: between(1, 10_000) }),
        maxAgeInDays: whole({ refuses: between(1, 10_000) }),
        deleteSourceFromS3: flag(),
      }),
      arn: text({ output: true }),
    },
    check({ appversionLifecycle }) {
      const { maxCount, maxAgeInDays } = (appversionLifecycle ?? {}) as Properties;
      const property = "appversionLifecycle.maxCount";
      return maxCount !== undefined && maxAgeInDays !== undefined
        ? [{ property, reason: "conflicts with maxAgeInDays; give one of them" }]
        : [];
    },
    place: ({ region, name }) => `${account}/${region}/${name}`,
    refuse({ appversionLifecycle }) {
      const { serviceRole } = (appversionLifecycle ?? {}) as Properties;
      if (serviceRole && !isRole(session, String(serviceRole))) {
        throw new RuleError(
          `InvalidParameterValue: there is no role ${serviceRole}; give appversionLifecycle.serviceRole the ARN of one`,
        );
      }
    },
    taken: ({ name }) =>
      `InvalidParameterValue: Application ${name} already exists; refer to it, or choose another name`,
    made: ({ region, name }) => ({
      id: String(name),
      outputs: { arn: `arn:aws:elasticbeanstalk:${region}:${account}:application/${name}` },
    }),
    remove({ region, name }) {
      const running = cloud
        .list<EnvironmentRecord>("aws/environment")
        .filter(
          ({ value }) =>
            value.account === account && value.region === region && value.application === name,
        );
      if (running.length > 0) {
        throw new RuleError(
          `InvalidParameterValue: Unable to delete application ${name} because it has running environments: ${running.map(({ value }) => value.name).join(", ")}; terminate them first`,
        );
      }
      const versions = cloud.list("aws/application-version");
      for (const { id } of versions.filter(({ id }) =>
        id.startsWith(`${account}/${region}/${name}/`),
      )) {
        cloud.delete("aws/application-version", id);
      }
    },
  });
}

/** The application of that name, which must exist in the account and region. */
export function applicationNamed(session: Session, region: string, name: string): Properties {
  const { account, cloud } = session;
  const found = cloud.get<Properties>("aws/application", `${account}/${region}/${name}`);
  if (found) return found;
  throw new RuleError(
    `InvalidParameterValue: No Application named '${name}' found in ${region}; make it first`,
  );
}

function isRole({ cloud }: Session, roleArn: string): boolean {
  return cloud.list<Properties>("aws/role").some(({ value }) => value.arn === roleArn);
}
