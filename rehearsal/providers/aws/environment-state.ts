import type { Properties, Value } from "../values.ts";
import type { EnvironmentRecord } from "./environment-record.ts";
import { stableHex } from "./identifiers.ts";
import { platformArn } from "./platforms.ts";
import { optionOf, type Setting } from "./settings.ts";

/**
 * What the provider reads back of an environment, over what was planned: the version that it really runs, of the settings
 * only those that are configured, and whatever its health is, nothing of that.
 */
export function environmentState(record: EnvironmentRecord, planned: Properties): Properties {
  const { id, account, region, application, name, settings, solutionStack } = record;
  const isBalanced =
    optionOf(settings, "elasticbeanstalk:environment", "EnvironmentType") !== "SingleInstance";
  const stack = `awseb-${id}-stack`;
  const suffix = (what: string) => stableHex(`${id}/${what}`, 12).toUpperCase();
  return {
    ...planned,
    application,
    name,
    region,
    tier: record.tier,
    cname: record.cname,
    cnamePrefix: record.cnamePrefix,
    endpointUrl: record.endpointUrl,
    solutionStackName: solutionStack,
    platformArn: platformArn(region, solutionStack),
    version: record.version,
    arn: `arn:aws:elasticbeanstalk:${region}:${account}:environment/${application}/${name}`,
    settings: settings.map(asProperties),
    allSettings: allSettings(settings),
    autoscalingGroups: [`${stack}-AWSEBAutoScalingGroup-${suffix("group")}`],
    // Amazon Linux 2023 has launch templates in their place.
    launchConfigurations: [],
    loadBalancers: isBalanced ? [loadBalancer(record)] : [],
    instances: [record.instance],
    triggers: isBalanced
      ? ["High", "Low"].map((end) => `${stack}-AWSEBCloudwatchAlarm${end}-${suffix(end)}`)
      : [],
    queues: [],
  };
}

/** The address of the load balancer, or of the one instance, that an environment with these settings gets. */
export function endpointUrl(id: string, region: string, settings: readonly Setting[]): string {
  if (optionOf(settings, "elasticbeanstalk:environment", "EnvironmentType") === "SingleInstance") {
    // Of the network that RFC 2544 keeps for tests.
    const [third, fourth] = Buffer.from(stableHex(id, 4), "hex");
    return `198.18.${third}.${fourth}`;
  }
  const number = Number.parseInt(stableHex(`${id}/number`, 8), 16);
  const suffix = stableHex(id, 13).toUpperCase();
  const isClassic = balancerKind(settings) === "classic";
  const name = isClassic ? `awseb-e-${id.at(2)}-AWSEBLoa-${suffix}` : `awseb--AWSEB-${suffix}`;
  return `${name}-${number}.${region}.elb.amazonaws.com`;
}

/** Classic load balancers are told by their names, others by their ARNs. */
function loadBalancer({ id, account, region, settings, endpointUrl }: EnvironmentRecord): string {
  const name = endpointUrl.split(".")[0]?.replace(/-\d+$/, "") ?? "";
  const kind = balancerKind(settings);
  if (kind === "classic") return name;
  const short = kind === "network" ? "net" : "app";
  return `arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/${short}/${name}/${stableHex(id, 16)}`;
}

function balancerKind(settings: readonly Setting[]): string {
  return optionOf(settings, "elasticbeanstalk:environment", "LoadBalancerType") ?? "classic";
}

/** Values of options that an environment has without being told, by the page of general options. */
const defaults: readonly (readonly [namespace: string, name: string, value: string])[] = [
  ["autoscaling:asg", "MinSize", "1"],
  ["autoscaling:asg", "MaxSize", "4"],
  ["autoscaling:launchconfiguration", "DisableIMDSv1", "true"],
  ["elasticbeanstalk:environment", "EnvironmentType", "LoadBalanced"],
  ["elasticbeanstalk:environment", "LoadBalancerType", "classic"],
  ["elasticbeanstalk:environment:process:default", "HealthCheckPath", "/"],
  ["elasticbeanstalk:environment:process:default", "Port", "80"],
  ["elasticbeanstalk:environment:proxy", "ProxyServer", "nginx"],
  ["elasticbeanstalk:command", "DeploymentPolicy", "AllAtOnce"],
  ["elasticbeanstalk:command", "IgnoreHealthCheck", "false"],
  ["elasticbeanstalk:command", "Timeout", "600"],
  ["elasticbeanstalk:healthreporting:system", "SystemType", "basic"],
  ["elasticbeanstalk:cloudwatch:logs", "StreamLogs", "false"],
];

function allSettings(settings: readonly Setting[]): Value {
  const rest = defaults.filter(
    ([namespace, name]) => optionOf(settings, namespace, name) === undefined,
  );
  return [
    ...settings,
    ...rest.map(([namespace, name, value]) => ({ namespace: `aws:${namespace}`, name, value })),
  ]
    .map(asProperties)
    .sort((left, right) => (sortKey(left) < sortKey(right) ? -1 : 1));
}

function asProperties({ namespace, name, value, resource }: Setting): Properties {
  return { namespace, name, value, ...(resource !== undefined && { resource }) };
}

function sortKey({ namespace, name }: Properties): string {
  return `${namespace} ${name}`;
}
