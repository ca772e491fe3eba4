import type { ElasticBeanstalkConfig } from "./elastic-beanstalk.ts";

/** Where in the target, and "what; how to mend". */
type Problem = readonly [path: string, message: string];

/**
 * Says which values of a target do not go together.
 * @param least makes a target that says no more than it must: what differs from it was set.
 */
export function elasticBeanstalkProblems(
  config: ElasticBeanstalkConfig,
  least: () => ElasticBeanstalkConfig,
): Problem[] {
  const adopted = config.environment !== undefined;
  return [
    ...placeProblems(config),
    ...(adopted ? adoptedProblems(config, least()) : ownProblems(config)),
  ];
}

/** What is wrong with where things are. */
function placeProblems({ region, domain, alerts }: ElasticBeanstalkConfig): Problem[] {
  const problems: Problem[] = [];
  if (/^(?:cn|us-gov)-/.test(region)) {
    problems.push([
      "region",
      `"${region}" is in a partition of AWS with other names for everything; use a region of the public one, such as eu-west-1`,
    ]);
  }
  const named = { "domain.certificate": domain?.certificate, "alerts.topic": alerts.topic };
  for (const [path, value] of Object.entries(named)) {
    const found = value?.split(":")[3];
    if (found === undefined || found === region) continue;
    problems.push([path, `is in ${found} and the environment in ${region}; use one in ${region}`]);
  }
  return problems;
}

/** What would be ignored where an existing environment is adopted, because it belongs to that environment. */
function adoptedProblems(config: ElasticBeanstalkConfig, least: ElasticBeanstalkConfig): Problem[] {
  const kept = ["platform", "balanced", "instances", "health", "policy", "vpc", "logs", "alerts"];
  const given = { ...config } as Readonly<Record<string, unknown>>;
  const defaults = { ...least } as Readonly<Record<string, unknown>>;
  const set = kept.filter((key) => JSON.stringify(given[key]) !== JSON.stringify(defaults[key]));
  const certified = (["certificate", "zone"] as const).filter((key) => config.domain?.[key]);
  return [...set, ...certified.map((key) => `domain.${key}`)].map((path) => [
    path,
    `belongs to the environment ${config.environment}, which is adopted as it is; take it out`,
  ]);
}

function ownProblems(config: ElasticBeanstalkConfig): Problem[] {
  const { environmentId, domain } = config;
  const problems: Problem[] = [];
  if (environmentId) {
    problems.push(["environmentId", "belongs to no name; set environment too, or take it out"]);
  }
  if (domain && !domain.certificate) {
    problems.push([
      "domain.certificate",
      "required; set it to the ARN of the domain's certificate of Certificate Manager",
    ]);
  }
  return [...problems, ...(config.balanced ? balancedProblems(config) : singleProblems(config))];
}

function balancedProblems({ instances, policy, access, vpc }: ElasticBeanstalkConfig): Problem[] {
  const problems: Problem[] = [];
  const { min, max } = instances;
  if (min > max) {
    problems.push(["instances.min", `${min} is more than max, ${max}; set it to ${max} or less`]);
  }
  if (policy === "Rolling" && min < 2) {
    problems.push([
      "policy",
      "Rolling would leave nothing that serves where instances.min is 1; set that to 2 or more, or use RollingWithAdditionalBatch",
    ]);
  }
  if (access === "internal" && vpc === undefined) {
    problems.push([
      "vpc",
      "required where access is internal; set it to the VPC from which the service is reached",
    ]);
  }
  if (vpc && new Set(vpc.balancer).size < 2) {
    problems.push([
      "vpc.balancer",
      "the load balancer needs subnets in two zones; name two or more",
    ]);
  }
  return problems;
}

/** What only a load balancer can do, and what only several instances have. */
function singleProblems(config: ElasticBeanstalkConfig): Problem[] {
  const { instances, policy, access, domain, vpc } = config;
  const needed = "needs a load balancer; set balanced to true, or take it out";
  const problems: Problem[] = [];
  if (instances.min !== 1 || instances.max !== 4) {
    problems.push([
      "instances",
      "without a load balancer there is one instance; take min and max out",
    ]);
  }
  if (policy && policy !== "Immutable") {
    problems.push([
      "policy",
      `${policy} would leave nothing that serves where there is one instance; use Immutable, or set balanced to true`,
    ]);
  }
  if (access === "internal") {
    problems.push([
      "access",
      "internal needs a load balancer; set balanced to true, or access to public",
    ]);
  }
  if (domain) problems.push(["domain", needed]);
  if (vpc?.balancer) problems.push(["vpc.balancer", needed]);
  return problems;
}
