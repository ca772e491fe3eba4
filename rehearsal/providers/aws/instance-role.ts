import { RuleError } from "../rule-error.ts";
import type { Properties } from "../values.ts";
import { trusts } from "./permissions.ts";
import type { Session } from "./session.ts";
import { optionOf, type Setting } from "./settings.ts";

/**
 * The name of the role that the instances of an environment have by their profile.
 * @throws RuleError when no instance would start with it.
 */
export function instanceRole({ account, cloud }: Session, settings: readonly Setting[]): string {
  const option = "IamInstanceProfile of aws:autoscaling:launchconfiguration";
  const named = optionOf(settings, "autoscaling:launchconfiguration", "IamInstanceProfile");
  if (!named) throw new RuleError(`the environment has no instance profile; set ${option}`);
  const profile = cloud
    .list<Properties>("aws/instance-profile")
    .map(({ value }) => value)
    .find(({ name, arn }) =>
      named.startsWith("arn:") ? arn === named : name === named && isOf(account, arn),
    );
  if (!profile) {
    throw new RuleError(`the instance profile ${named} does not exist; correct ${option}`);
  }
  const name = String(profile.role ?? "");
  const role = cloud.get<Properties>("aws/role", `${account}/${name}`);
  if (!role) {
    throw new RuleError(`the instance profile ${named} has no role; give it one`);
  }
  if (trusts(role, "ec2.amazonaws.com")) return name;
  throw new RuleError(
    `the role ${name} of the instance profile ${named} does not trust ec2.amazonaws.com; let its assumeRolePolicy`,
  );
}

/** @throws RuleError when the environment's service role, if it has one of its own, could not be taken on. */
export function checkServiceRole({ cloud }: Session, settings: readonly Setting[]): void {
  const named = optionOf(settings, "elasticbeanstalk:environment", "ServiceRole");
  if (named === undefined || named.includes("AWSServiceRoleForElasticBeanstalk")) return;
  const role = cloud
    .list<Properties>("aws/role")
    .map(({ value }) => value)
    .find(({ name, arn }) => named === name || named === arn);
  if (role && trusts(role, "elasticbeanstalk.amazonaws.com")) return;
  throw new RuleError(
    role
      ? `the service role ${named} does not trust elasticbeanstalk.amazonaws.com; let its assumeRolePolicy`
      : `the service role ${named} does not exist; correct ServiceRole of aws:elasticbeanstalk:environment`,
  );
}

function isOf(account: string, arn: unknown): boolean {
  return String(arn).includes(`::${account}:`);
}
