import type { Input } from "@pulumi/pulumi";
import type { ElasticBeanstalkConfig } from "../../config/elastic-beanstalk.ts";
import type { Variables } from "./variables.ts";

/** One option: https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html. */
export interface Setting {
  readonly namespace: string;
  readonly name: string;
  readonly value: Input<string>;
}

/** The names of what the environment runs with. */
export interface SettingNames {
  readonly instanceProfile: Input<string>;
  readonly serviceRole: Input<string>;
  readonly variables: Variables;
}

type Options = Readonly<Record<string, Readonly<Record<string, Input<string>>>>>;

/**
 * The options of an environment, sorted. Only those that its kind of balancing knows, each as Elastic Beanstalk would give
 * it back (lower case, lists without blanks): any other would show as a change at every preview.
 */
export function environmentSettings(
  config: ElasticBeanstalkConfig,
  names: SettingNames,
): Setting[] {
  const options = {
    ...instances(config, names),
    ...watch(config),
    ...(config.balanced ? balanced(config) : single(config)),
    ...network(config),
    ...https(config),
    "aws:elasticbeanstalk:environment": {
      EnvironmentType: config.balanced ? "LoadBalanced" : "SingleInstance",
      ServiceRole: names.serviceRole,
      ...(config.balanced && { LoadBalancerType: "application" }),
    },
    "aws:elasticbeanstalk:application:environment": {
      ...names.variables.plain,
      PORT: String(config.containerPort),
    },
    "aws:elasticbeanstalk:application:environmentsecrets": names.variables.secrets,
    "aws:elasticbeanstalk:command": rollout(config),
  };
  return sorted(options).flatMap(([namespace, values]) =>
    sorted(values).map(([name, value]) => ({ namespace, name, value })),
  );
}

function instances({ instances }: ElasticBeanstalkConfig, names: SettingNames): Options {
  return {
    "aws:autoscaling:launchconfiguration": {
      DisableIMDSv1: "true",
      IamInstanceProfile: names.instanceProfile,
    },
    "aws:ec2:instances": { InstanceTypes: instances.types.join(",") },
  };
}

function watch({ logs }: ElasticBeanstalkConfig): Options {
  return {
    "aws:elasticbeanstalk:cloudwatch:logs": {
      DeleteOnTerminate: "false",
      RetentionInDays: String(logs.days),
      StreamLogs: "true",
    },
    "aws:elasticbeanstalk:healthreporting:system": {
      // Elastic Beanstalk publishes this count, which the alarm on errors reads, only where it is asked to.
      ConfigDocument: JSON.stringify({
        CloudWatchMetrics: { Environment: { ApplicationRequests5xx: 60 } },
        Version: 1,
      }),
      SystemType: "enhanced",
    },
    // The platform is upgraded by configuration.
    "aws:elasticbeanstalk:managedactions": { ManagedActionsEnabled: "false" },
  };
}

function balanced({ instances, health }: ElasticBeanstalkConfig): Options {
  return {
    "aws:autoscaling:asg": { MaxSize: String(instances.max), MinSize: String(instances.min) },
    "aws:autoscaling:trigger": {
      BreachDuration: "2",
      LowerBreachScaleIncrement: "-1",
      LowerThreshold: "20",
      MeasureName: "CPUUtilization",
      Period: "1",
      Statistic: "Average",
      Unit: "Percent",
      UpperBreachScaleIncrement: "1",
      UpperThreshold: "70",
    },
    // Another type of instance comes beside the old ones, and takes their place when it is healthy.
    "aws:autoscaling:updatepolicy:rollingupdate": {
      RollingUpdateEnabled: "true",
      RollingUpdateType: "Immutable",
    },
    "aws:elasticbeanstalk:environment:process:default": {
      HealthCheckPath: health,
      MatcherHTTPCode: "200",
    },
  };
}

function single({ health }: ElasticBeanstalkConfig): Options {
  return { "aws:elasticbeanstalk:application": { "Application Healthcheck URL": health } };
}

/** A release that does not get healthy in ten minutes has failed, and what serves is never fewer than what served before. */
function rollout({ balanced, policy }: ElasticBeanstalkConfig): Options[string] {
  const deployment = policy ?? (balanced ? "RollingWithAdditionalBatch" : "Immutable");
  return {
    DeploymentPolicy: deployment,
    IgnoreHealthCheck: "false",
    Timeout: "600",
    ...(deployment !== "Immutable" && { BatchSize: "50", BatchSizeType: "Percentage" }),
  };
}

function network({ vpc, balanced, access }: ElasticBeanstalkConfig): Options {
  if (vpc === undefined) return {};
  return {
    "aws:ec2:vpc": {
      AssociatePublicIpAddress: String(vpc.publicAddresses),
      Subnets: vpc.instances.join(","),
      VPCId: vpc.id,
      ...(balanced && {
        ELBScheme: access,
        ELBSubnets: (vpc.balancer ?? vpc.instances).join(","),
      }),
    },
  };
}

function https({ domain }: ElasticBeanstalkConfig): Options {
  if (domain?.certificate === undefined) return {};
  return {
    "aws:elbv2:listener:443": {
      ListenerEnabled: "true",
      Protocol: "HTTPS",
      SSLCertificateArns: domain.certificate,
      SSLPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
    },
  };
}

function sorted<T>(map: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1));
}
