import { InstanceProfile } from "@pulumi/aws/iam/instanceProfile.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import * as pulumi from "@pulumi/pulumi";
import { rolePath } from "../../ground/names.ts";
import type { LoginFile } from "./login.ts";
import type { Place } from "./place.ts";

// Who the environment is: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/concepts-roles.html.

/** A name to give to the environment, and what has to be there before it is of use. */
export interface Identity {
  readonly name: pulumi.Output<string>;
  readonly grants: readonly pulumi.Resource[];
}

/** What instances may do beside what every instance of a web environment must. */
export interface InstanceGrants {
  readonly pullsFromEcr: boolean;
  /** What they log in to a private registry with. */
  readonly login: LoginFile | undefined;
  /** ARNs of the secrets they read. */
  readonly secrets: readonly pulumi.Input<string>[];
}

/** Who the instances are. */
export function makeInstanceProfile(name: string, grants: InstanceGrants, place: Place): Identity {
  const { pullsFromEcr, login, secrets } = grants;
  const role = makeRole(`${name}-instance`, { Service: "ec2.amazonaws.com" }, {}, place);
  const profile = new InstanceProfile(
    `${name}-instance`,
    { path: rolePath, role: role.name },
    place,
  );
  const made: pulumi.Resource[] = [
    attach(`${name}-web-tier`, role, "AWSElasticBeanstalkWebTier", place),
  ];
  if (pullsFromEcr) {
    made.push(attach(`${name}-ecr`, role, "AmazonEC2ContainerRegistryReadOnly", place));
  }
  if (login) {
    const file = `arn:aws:s3:::${login.bucket}/${login.key}`;
    made.push(login.object, allow(`${name}-login`, role, "s3:GetObject", [file], place));
  }
  if (secrets.length > 0) {
    const whole = secrets.map((secret) => pulumi.output(secret).apply(wholeSecret));
    made.push(allow(`${name}-secrets`, role, "secretsmanager:GetSecretValue", whole, place));
  }
  return { name: profile.name, grants: made };
}

/** Who Elastic Beanstalk itself is when it looks after the environment. */
export function makeServiceRole(name: string, place: Place): Identity {
  const role = makeRole(
    `${name}-service`,
    { Service: "elasticbeanstalk.amazonaws.com" },
    { Condition: { StringEquals: { "sts:ExternalId": "elasticbeanstalk" } } },
    place,
  );
  const grants = [
    attach(`${name}-health`, role, "service-role/AWSElasticBeanstalkEnhancedHealth", place),
    attach(`${name}-updates`, role, "AWSElasticBeanstalkManagedUpdatesCustomerRolePolicy", place),
  ];
  return { name: role.name, grants };
}

function makeRole(name: string, Principal: object, condition: object, place: Place): Role {
  const statement = { Effect: "Allow", Principal, Action: "sts:AssumeRole", ...condition };
  return new Role(
    name,
    {
      path: rolePath,
      assumeRolePolicy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    },
    place,
  );
}

function attach(name: string, role: Role, policy: string, place: Place): RolePolicyAttachment {
  const policyArn = `arn:aws:iam::aws:policy/${policy}`;
  return new RolePolicyAttachment(name, { role: role.name, policyArn }, place);
}

function allow(
  name: string,
  role: Role,
  action: string,
  resources: readonly pulumi.Input<string>[],
  place: Place,
): RolePolicy {
  const statement = { Effect: "Allow", Action: action, Resource: [...resources] };
  const policy = pulumi.jsonStringify({ Version: "2012-10-17", Statement: [statement] });
  return new RolePolicy(name, { role: role.name, policy }, place);
}

/** A secret's ARN has seven parts; an eighth names one value in it, and access is to the whole. */
function wholeSecret(arn: string): string {
  return arn.split(":").slice(0, 7).join(":");
}
