import { all, arn, between, type Form, like, oneOf } from "./forms.ts";

// The options that environments have and the values they take, by
// https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/command-options-general.html.

type Options = Readonly<Record<string, Form>>;

const any: Form = () => undefined;
const flag: Form = (value) => oneOf("true", "false")(String(value).toLowerCase());
const words = (form: string, advice: string) => like(new RegExp(`^${form}(?:,${form})*$`), advice);
const subnets = words("subnet-[0-9a-f]+", "ids of subnets, with commas and no blanks between");
const path = like(/^\/\S*$/, "a path that begins with /");
const port = between(1, 65_535);
const retention = oneOf(..."1 3 5 7 14 30 60 90 120 150 180 365 400 545 731 1827 3653".split(" "));

/** Every option but those of namespaces that have a name or a port in them, and the environment's own variables. */
const options: Readonly<Record<string, Options>> = {
  "autoscaling:asg": {
    "Availability Zones": any,
    Cooldown: between(0, 10_000),
    "Custom Availability Zones": any,
    EnableCapacityRebalancing: flag,
    MinSize: between(1, 10_000),
    MaxSize: between(1, 10_000),
  },
  "autoscaling:launchconfiguration": {
    BlockDeviceMappings: any,
    DisableIMDSv1: flag,
    EC2KeyName: any,
    IamInstanceProfile: any,
    ImageId: like(/^ami-[0-9a-f]+$/, "the id of an image, ami-…"),
    InstanceType: any,
    LaunchTemplateTagPropagationEnabled: flag,
    MonitoringInterval: oneOf("1 minute", "5 minute"),
    RootVolumeIOPS: between(100, 20_000),
    RootVolumeSize: between(10, 16_384),
    RootVolumeThroughput: between(125, 1_000),
    RootVolumeType: oneOf("standard", "gp2", "gp3", "io1"),
    SSHSourceRestriction: any,
    SecurityGroups: any,
  },
  "autoscaling:trigger": {
    BreachDuration: between(1, 600),
    EvaluationPeriods: between(1, 600),
    LowerBreachScaleIncrement: like(/^-?\d+$/, "a whole number"),
    LowerThreshold: between(0, 20_000_000),
    MeasureName: oneOf(
      "CPUUtilization",
      "NetworkIn",
      "NetworkOut",
      "DiskWriteOps",
      "DiskReadBytes",
      "DiskReadOps",
      "DiskWriteBytes",
      "Latency",
      "RequestCount",
      "HealthyHostCount",
      "UnHealthyHostCount",
      "TargetResponseTime",
    ),
    Period: between(1, 600),
    Statistic: oneOf("Minimum", "Maximum", "Sum", "Average"),
    Unit: oneOf(
      ..."Seconds Percent Bytes Bits Count Bytes/Second Bits/Second Count/Second None".split(" "),
    ),
    UpperBreachScaleIncrement: like(/^-?\d+$/, "a whole number"),
    UpperThreshold: between(0, 20_000_000),
  },
  "autoscaling:updatepolicy:rollingupdate": {
    MaxBatchSize: between(1, 10_000),
    MinInstancesInService: between(0, 9_999),
    PauseTime: any,
    RollingUpdateEnabled: flag,
    RollingUpdateType: oneOf("Time", "Health", "Immutable"),
    Timeout: any,
  },
  "ec2:instances": {
    EnableSpot: flag,
    InstanceTypes: all(
      words(
        "[a-z][a-z0-9-]*\\.[a-z0-9-]+",
        "types such as t3.small, with commas and no blanks between",
      ),
      sameArchitecture,
    ),
    SpotAllocationStrategy: any,
    SpotFleetOnDemandAboveBasePercentage: between(0, 100),
    SpotFleetOnDemandBase: between(0, 10_000),
    SpotMaxPrice: any,
    SupportedArchitectures: oneOf("x86_64", "arm64"),
  },
  "ec2:vpc": {
    AssociatePublicIpAddress: flag,
    DBSubnets: subnets,
    ELBScheme: oneOf("public", "internal"),
    ELBSubnets: subnets,
    Subnets: subnets,
    VPCId: like(/^vpc-[0-9a-f]+$/, "the id of a network, vpc-…"),
  },
  "elasticbeanstalk:application": { "Application Healthcheck URL": any },
  "elasticbeanstalk:cloudwatch:logs": {
    DeleteOnTerminate: flag,
    RetentionInDays: retention,
    StreamLogs: flag,
  },
  "elasticbeanstalk:cloudwatch:logs:health": {
    DeleteOnTerminate: flag,
    HealthStreamingEnabled: flag,
    RetentionInDays: retention,
  },
  "elasticbeanstalk:command": {
    BatchSize: between(1, 10_000),
    BatchSizeType: oneOf("Percentage", "Fixed"),
    DeploymentPolicy: oneOf(
      "AllAtOnce",
      "Rolling",
      "RollingWithAdditionalBatch",
      "Immutable",
      "TrafficSplitting",
    ),
    IgnoreHealthCheck: flag,
    Timeout: between(1, 3_600),
  },
  "elasticbeanstalk:control": {
    DefaultSSHPort: any,
    LaunchTimeout: any,
    LaunchType: oneOf("Migration", "BlueGreen"),
    RollbackLaunchOnFailure: flag,
  },
  "elasticbeanstalk:environment": {
    EnvironmentType: oneOf("LoadBalanced", "SingleInstance"),
    ExternalExtensionsS3Bucket: any,
    ExternalExtensionsS3Key: any,
    LoadBalancerIsShared: flag,
    LoadBalancerType: oneOf("classic", "application", "network"),
    ServiceRole: any,
  },
  "elasticbeanstalk:environment:proxy": { ProxyServer: oneOf("nginx", "none") },
  "elasticbeanstalk:healthreporting:system": {
    ConfigDocument: like(/^\s*\{[\s\S]*\}\s*$/, "a JSON document"),
    EnhancedHealthAuthEnabled: flag,
    HealthCheckSuccessThreshold: oneOf("Ok", "Warning", "Degraded", "Severe"),
    SystemType: oneOf("basic", "enhanced"),
  },
  "elasticbeanstalk:hostmanager": { LogPublicationControl: flag },
  "elasticbeanstalk:managedactions": {
    ManagedActionsEnabled: flag,
    PreferredStartTime: like(
      /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun):(?:[01]\d|2[0-3]):[0-5]\d$/i,
      "a day and a time such as Tue:09:00",
    ),
    ServiceRoleForManagedUpdates: any,
  },
  "elasticbeanstalk:managedactions:platformupdate": {
    InstanceRefreshEnabled: flag,
    UpdateLevel: oneOf("patch", "minor"),
  },
  "elasticbeanstalk:monitoring": { "Automatically Terminate Unhealthy Instances": flag },
  "elasticbeanstalk:sns:topics": {
    "Notification Endpoint": any,
    "Notification Protocol": oneOf("http", "https", "email", "email-json", "sqs"),
    "Notification Topic ARN": arn("sns"),
    "Notification Topic Name": any,
  },
  "elasticbeanstalk:trafficsplitting": {
    EvaluationTime: between(3, 600),
    NewVersionPercent: between(1, 100),
  },
  "elasticbeanstalk:xray": { XRayEnabled: flag },
  "elb:loadbalancer": {
    CrossZone: flag,
    LoadBalancerHTTPPort: any,
    LoadBalancerHTTPSPort: any,
    LoadBalancerPortProtocol: any,
    LoadBalancerSSLPortProtocol: any,
    ManagedSecurityGroup: any,
    SSLCertificateId: any,
    SecurityGroups: any,
  },
  "elb:policies": {
    ConnectionDrainingEnabled: flag,
    ConnectionDrainingTimeout: between(1, 3_600),
    ConnectionSettingIdleTimeout: between(1, 3_600),
    LoadBalancerPorts: any,
    "Stickiness Cookie Expiration": any,
    "Stickiness Policy": flag,
  },
  "elbv2:loadbalancer": {
    AccessLogsS3Bucket: any,
    AccessLogsS3Enabled: flag,
    AccessLogsS3Prefix: any,
    IdleTimeout: between(1, 3_600),
    IpAddressType: oneOf("ipv4", "dualstack"),
    ManagedSecurityGroup: any,
    SecurityGroups: any,
    SharedLoadBalancer: arn("elasticloadbalancing"),
  },
};

/** Namespaces that have the name of a process, a listener or a rule in them. */
const named: readonly (readonly [RegExp, Options])[] = [
  [
    /^elasticbeanstalk:environment:process:[^:]+$/,
    {
      DeregistrationDelay: between(0, 3_600),
      HealthCheckInterval: between(5, 300),
      HealthCheckPath: path,
      HealthCheckTimeout: between(1, 60),
      HealthyThresholdCount: between(1, 10),
      MatcherHTTPCode: like(
        /^[2-4]\d\d(?:(?:,|-)[2-4]\d\d)*$/,
        "statuses such as 200, 200,202 or 200-299",
      ),
      Port: port,
      Protocol: oneOf("TCP", "HTTP", "HTTPS"),
      StickinessEnabled: flag,
      StickinessLBCookieDuration: between(1, 604_800),
      StickinessType: any,
      UnhealthyThresholdCount: between(1, 10),
    },
  ],
  [
    /^elbv2:listener:(?:default|\d+)$/,
    {
      DefaultProcess: any,
      ListenerEnabled: flag,
      Protocol: oneOf("HTTP", "HTTPS", "TCP"),
      Rules: any,
      SSLCertificateArns: arn("(?:acm|iam)"),
      SSLPolicy: any,
    },
  ],
  [
    /^elbv2:listenerrule:[^:]+$/,
    { HostHeaders: any, PathPatterns: any, Priority: between(1, 1_000), Process: any },
  ],
  [
    /^elb:listener(?::(?:default|\d+))?$/,
    {
      InstancePort: port,
      InstanceProtocol: oneOf("HTTP", "HTTPS", "TCP", "SSL"),
      ListenerEnabled: flag,
      ListenerProtocol: oneOf("HTTP", "HTTPS", "TCP", "SSL"),
      PolicyNames: any,
      SSLCertificateId: arn("(?:acm|iam)"),
    },
  ],
];

/** How the values of an option look; undefined where there is no such option. `namespace` is without `aws:`. */
export function optionForm(namespace: string, name: string): Form | undefined {
  const found = options[namespace] ?? named.find(([pattern]) => pattern.test(namespace))?.[1] ?? {};
  return Object.hasOwn(found, name) ? found[name] : undefined;
}

/** Graviton's types have a `g` behind their number, as in `t4g.small`. */
function sameArchitecture(value: unknown): string | undefined {
  const kinds = String(value)
    .split(",")
    .map((type) => /^(?:a1|[a-z]+\d+g[a-z0-9-]*)\./.test(type));
  return new Set(kinds).size > 1
    ? `is "${value}"; use types of one architecture, arm64 or x86_64`
    : undefined;
}
