import type { ElasticBeanstalkConfig } from "./elastic-beanstalk.ts";

// What Elastic Beanstalk takes as a variable: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/environments-cfg-softwaresettings.html
// and, for secrets, AWSHowTo.secrets.env-vars.html beside it.

const longestName = 128;
const longestValue = 256;
/** By Secrets Manager. */
const longestSecret = 65_536;

/** A variable's value as it stands in the stack file. */
type Variable = string | { readonly secret: string } | { readonly ref: string };

/**
 * Says what Elastic Beanstalk would refuse in a service's variables, each "where: what; how to mend"; never with a secret's value.
 * @param secrets the values of `slipway:secrets` by name.
 */
export function elasticBeanstalkEnvProblems(
  env: Readonly<Record<string, Variable>>,
  secrets: Readonly<Record<string, string>>,
  target: ElasticBeanstalkConfig,
): string[] {
  const entries = Object.entries(env);
  if (target.environment !== undefined && entries.length > 0) {
    return [
      `env: the variables belong to the environment ${target.environment}, which is adopted as it is; take env out and set them there`,
    ];
  }
  return entries.flatMap(([name, value]) =>
    [...nameProblems(name), ...valueProblems(value, secrets, target)].map(
      (problem) => `env.${name}: ${problem}`,
    ),
  );
}

function nameProblems(name: string): string[] {
  return name.length > longestName
    ? [`its name has ${name.length} characters; use ${longestName} or fewer`]
    : [];
}

function valueProblems(
  value: Variable,
  secrets: Readonly<Record<string, string>>,
  target: ElasticBeanstalkConfig,
): string[] {
  if (typeof value === "string") return textProblems(value);
  if ("ref" in value) return referenceProblems(value.ref, target);
  const secret = secrets[value.secret];
  if (secret === undefined) return [];
  if (secret === "") return ["its secret is empty; give it a value, or take the variable out"];
  const bytes = Buffer.byteLength(secret);
  return bytes > longestSecret
    ? [`its secret has ${bytes} bytes; use ${longestSecret} or fewer`]
    : [];
}

function textProblems(value: string): string[] {
  if (value === "") return ["is empty, and Elastic Beanstalk keeps no empty one; take it out"];
  if (value !== value.trim()) {
    return ["begins or ends with a blank, which Elastic Beanstalk may drop; take the blank out"];
  }
  return value.length > longestValue
    ? [
        `has ${value.length} characters; use ${longestValue} or fewer, or write {secret: NAME of one of slipway:secrets}`,
      ]
    : [];
}

/** Instances read a secret of their own region, as a whole or one key of its JSON. */
function referenceProblems(reference: string, { region }: ElasticBeanstalkConfig): string[] {
  const form =
    /^arn:aws:secretsmanager:(?<place>[a-z0-9-]+):\d{12}:secret:[A-Za-z0-9/_+=.@-]+-[A-Za-z0-9]{6}(?::[^:*?\s]+)?$/;
  const { place } = form.exec(reference)?.groups ?? {};
  if (place === undefined) {
    return [
      `"${reference}" names no secret of Secrets Manager; use its whole ARN, as aws secretsmanager list-secrets shows it`,
    ];
  }
  return place === region
    ? []
    : [`its secret is in ${place} and the environment in ${region}; use one in ${region}`];
}
