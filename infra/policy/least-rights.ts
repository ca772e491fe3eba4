import { type PolicyStatement, policiesOf } from "./aws-policies.ts";
import { grantsOf } from "./google-grants.ts";
import { listOf, type Resource, type Rule, textOf } from "./rule.ts";

/** Whoever is let in may do what it needs, by identities without lasting keys. */
export const leastRights: Rule = {
  name: "least-rights",
  description: "Nobody may do everything, and nobody has a lasting key.",
  remedy:
    "Name the actions, the resources and the role that are needed; let identities be borrowed, not stored.",
  level: "mandatory",
  check: (resource) => [
    ...lastingKeys(resource),
    ...grantsOf(resource)
      .filter(({ role }) => tooWide.test(role))
      .map(({ role }) => `${role} is given`),
    ...attached(resource),
    ...policiesOf(resource)
      .filter(({ isAllow }) => isAllow)
      .flatMap(tooMuch),
  ],
};

/** https://cloud.google.com/iam/docs/roles-overview#basic */
const tooWide = /^roles\/(?:owner|editor)$/;

const allPowerful = /\/(?:AdministratorAccess|PowerUserAccess|IAMFullAccess)$/;

function lastingKeys({ type }: Resource): string[] {
  return ["gcp:serviceaccount/key:Key", "aws:iam/accessKey:AccessKey"].includes(type)
    ? ["it is a key that does not end"]
    : [];
}

function attached({ type, props }: Resource): string[] {
  if (!type.startsWith("aws:iam/")) return [];
  return [props.policyArn, ...listOf(props.managedPolicyArns)]
    .map(textOf)
    .filter((arn) => allPowerful.test(arn))
    .map((arn) => `${arn} is attached`);
}

function tooMuch({ sid, actions, resources, isInverse }: PolicyStatement): string[] {
  const every = actions.filter((action) => everyAction.test(action));
  const anywhere = resources.some(isEverything) ? actions.filter((one) => !nameless.test(one)) : [];
  return [
    ...(isInverse ? [`the statement ${sid} allows all but what it names`] : []),
    ...every.map((action) => `the statement ${sid} allows ${action}`),
    ...anywhere
      .filter((action) => !every.includes(action))
      .map((action) => `the statement ${sid} allows ${action} on every resource`),
  ];
}

/** A wildcard for the service, or for all that is done with it; any number of wildcards stands for what one does. */
const everyAction = /^[^:]*[*?][^:]*(?::|$)|^[^:]*:[*?]+$/;

/** Whether a resource's ARN leaves open what it names: `*`, `arn:aws:*`, `arn:aws:s3:::*`. */
function isEverything(arn: string): boolean {
  const fields = arn.split(":");
  return /[*?]/.test(arn) && (fields.length < 6 || /^[*?:/]+$/.test(fields.slice(5).join(":")));
}

/**
 * The actions that AWS lets name no resource:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
const nameless =
  /^(?:ecr:GetAuthorizationToken|tag:GetResources|elasticbeanstalk:CheckDNSAvailability|(?:autoscaling|ec2|elasticloadbalancing):Describe\w+)$/;
