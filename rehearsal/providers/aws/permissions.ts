import { isProperties, type Properties, type Value } from "../values.ts";
import type { Session } from "./session.ts";

// What a role may do, by its own policies and those of Amazon that this knows. Of a statement with conditions an Allow counts
// and a Deny does not.

/** Whether the policies of a role allow an action on a resource. */
export function allows(session: Session, role: string, action: string, resource: string): boolean {
  const fitting = statementsOf(session, role).filter(
    (each) =>
      texts(each.Action).some((pattern) => isLike(pattern, action)) &&
      texts(each.Resource).some((pattern) => isLike(pattern, resource)),
  );
  const isDenied = fitting.some(
    ({ Effect, Condition }) => Effect === "Deny" && Condition === undefined,
  );
  return !isDenied && fitting.some(({ Effect }) => Effect === "Allow");
}

/** Whether a role trusts a service, such as `ec2.amazonaws.com`. */
export function trusts(role: Properties, service: string): boolean {
  return readStatements(role.assumeRolePolicy).some(
    ({ Effect, Principal, Action }) =>
      Effect === "Allow" &&
      isProperties(Principal) &&
      texts(Principal.Service).includes(service) &&
      texts(Action).some((pattern) => isLike(pattern, "sts:AssumeRole")),
  );
}

const ecrReading = [
  "ecr:GetAuthorizationToken",
  "ecr:BatchCheckLayerAvailability",
  "ecr:GetDownloadUrlForLayer",
  "ecr:BatchGetImage",
  "ecr:DescribeImages",
  "ecr:DescribeRepositories",
  "ecr:ListImages",
];

const everything = "*";

/** Actions and resources of Amazon's policies, by the reference of AWS managed policies. */
const managed: Readonly<Record<string, readonly [actions: string[], resources: string[]]>> = {
  AdministratorAccess: [["*"], [everything]],
  AmazonEC2ContainerRegistryFullAccess: [["ecr:*"], [everything]],
  AmazonEC2ContainerRegistryPowerUser: [ecrReading, [everything]],
  AmazonEC2ContainerRegistryPullOnly: [ecrReading.slice(0, 4), [everything]],
  AmazonEC2ContainerRegistryReadOnly: [ecrReading, [everything]],
  AmazonS3FullAccess: [["s3:*"], [everything]],
  AmazonS3ReadOnlyAccess: [["s3:Get*", "s3:List*"], [everything]],
  AWSElasticBeanstalkWebTier: [
    ["s3:Get*", "s3:List*", "s3:PutObject"],
    ["arn:aws:s3:::elasticbeanstalk-*", "arn:aws:s3:::elasticbeanstalk-*/*"],
  ],
  SecretsManagerReadWrite: [["secretsmanager:*"], [everything]],
};

function statementsOf({ account, cloud }: Session, role: string): Properties[] {
  const of = (kind: string) =>
    cloud
      .list<Properties>(kind)
      .filter(({ id }) => id.startsWith(`${account}/${role}/`))
      .map(({ value }) => value);
  const { managedPolicyArns, inlinePolicies } =
    cloud.get<Properties>("aws/role", `${account}/${role}`) ?? {};
  const attached = of("aws/role-attachment").map(({ policyArn }) => String(policyArn));
  const inline = [...of("aws/role-policy"), ...bags(inlinePolicies)];
  const amazons = [...attached, ...texts(managedPolicyArns)].flatMap((arn) => {
    const [Action, Resource] = managed[arn.split("/").at(-1) ?? ""] ?? [];
    return Action && Resource ? [{ Effect: "Allow", Action, Resource }] : [];
  });
  return [...amazons, ...inline.flatMap(({ policy }) => readStatements(policy))];
}

function readStatements(policy: Value | undefined): Properties[] {
  return bags((JSON.parse(String(policy)) as Properties).Statement);
}

function bags(value: Value | undefined): Properties[] {
  return [value ?? []].flat().filter(isProperties);
}

function texts(value: Value | undefined): string[] {
  return [value ?? []].flat().map(String);
}

/** `*` stands for any characters, `?` for one. */
function isLike(pattern: string, text: string): boolean {
  const form = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".");
  return new RegExp(`^${form}$`, "i").test(text);
}
