import { describe, expect, it } from "vitest";
import { elasticBeanstalk } from "../../../../infra/config/elastic-beanstalk.ts";
import { environmentSettings } from "../../../../infra/targets/elastic-beanstalk/settings.ts";

const certificate = "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b";
const names = {
  instanceProfile: "instances",
  serviceRole: "service",
  variables: { plain: {}, secrets: {}, versions: [] },
};

/** The options as texts, each as "namespace name=value" without the namespaces' common beginning. */
function settings(parts: object): string[] {
  const config = elasticBeanstalk.parse({
    kind: "elastic-beanstalk",
    account: "123456789012",
    region: "eu-west-1",
    application: "acme",
    access: "public",
    ...parts,
  });
  return environmentSettings(config, names).map(
    ({ namespace, name, value }) => `${namespace.replace(/^aws:/, "")} ${name}=${value}`,
  );
}

const everywhere = [
  "autoscaling:launchconfiguration DisableIMDSv1=true",
  "autoscaling:launchconfiguration IamInstanceProfile=instances",
  "elasticbeanstalk:application:environment PORT=8000",
  "elasticbeanstalk:cloudwatch:logs DeleteOnTerminate=false",
  "elasticbeanstalk:cloudwatch:logs StreamLogs=true",
  "elasticbeanstalk:command IgnoreHealthCheck=false",
  "elasticbeanstalk:command Timeout=600",
  "elasticbeanstalk:environment ServiceRole=service",
  'elasticbeanstalk:healthreporting:system ConfigDocument={"CloudWatchMetrics":{"Environment":{"ApplicationRequests5xx":60}},"Version":1}',
  "elasticbeanstalk:healthreporting:system SystemType=enhanced",
  "elasticbeanstalk:managedactions ManagedActionsEnabled=false",
];
const scaling = [
  "autoscaling:trigger BreachDuration=2",
  "autoscaling:trigger LowerBreachScaleIncrement=-1",
  "autoscaling:trigger LowerThreshold=20",
  "autoscaling:trigger MeasureName=CPUUtilization",
  "autoscaling:trigger Period=1",
  "autoscaling:trigger Statistic=Average",
  "autoscaling:trigger Unit=Percent",
  "autoscaling:trigger UpperBreachScaleIncrement=1",
  "autoscaling:trigger UpperThreshold=70",
  "autoscaling:updatepolicy:rollingupdate RollingUpdateEnabled=true",
  "autoscaling:updatepolicy:rollingupdate RollingUpdateType=Immutable",
  "elasticbeanstalk:environment EnvironmentType=LoadBalanced",
  "elasticbeanstalk:environment LoadBalancerType=application",
  "elasticbeanstalk:environment:process:default MatcherHTTPCode=200",
];

describe("the options of an environment", () => {
  it("are those of one instance where there is no load balancer", () => {
    const own = [
      "ec2:instances InstanceTypes=t3.small",
      "elasticbeanstalk:application Application Healthcheck URL=/healthcheck",
      "elasticbeanstalk:cloudwatch:logs RetentionInDays=30",
      "elasticbeanstalk:command DeploymentPolicy=Immutable",
      "elasticbeanstalk:environment EnvironmentType=SingleInstance",
    ];
    expect(settings({ balanced: false, health: "/healthcheck" }).toSorted()).toEqual(
      [...everywhere, ...own].toSorted(),
    );
  });

  it("follow everything that is configured", () => {
    const found = settings({
      access: "internal",
      health: "/healthcheck",
      instances: { min: 2, max: 6, types: ["t3.small", "t3.medium"] },
      policy: "Rolling",
      domain: { name: "www.example.com", certificate },
      vpc: {
        id: "vpc-0123456789abcdef0",
        instances: ["subnet-00000001", "subnet-00000002"],
        balancer: ["subnet-00000003", "subnet-00000004"],
      },
      logs: { days: 7 },
    });
    const own = [
      "autoscaling:asg MaxSize=6",
      "autoscaling:asg MinSize=2",
      "ec2:instances InstanceTypes=t3.small,t3.medium",
      "ec2:vpc AssociatePublicIpAddress=false",
      "ec2:vpc ELBScheme=internal",
      "ec2:vpc ELBSubnets=subnet-00000003,subnet-00000004",
      "ec2:vpc Subnets=subnet-00000001,subnet-00000002",
      "ec2:vpc VPCId=vpc-0123456789abcdef0",
      "elasticbeanstalk:cloudwatch:logs RetentionInDays=7",
      "elasticbeanstalk:command BatchSize=50",
      "elasticbeanstalk:command BatchSizeType=Percentage",
      "elasticbeanstalk:command DeploymentPolicy=Rolling",
      "elasticbeanstalk:environment:process:default HealthCheckPath=/healthcheck",
      "elbv2:listener:443 ListenerEnabled=true",
      "elbv2:listener:443 Protocol=HTTPS",
      `elbv2:listener:443 SSLCertificateArns=${certificate}`,
      "elbv2:listener:443 SSLPolicy=ELBSecurityPolicy-TLS13-1-2-2021-06",
    ];
    expect(found.toSorted()).toEqual([...everywhere, ...scaling, ...own].toSorted());
  });

  it("give instances public addresses, and no load balancer a subnet, where there is one instance in a VPC", () => {
    const vpc = {
      id: "vpc-01234567",
      instances: ["subnet-01234567"],
      publicAddresses: true,
    };
    const found = settings({ balanced: false, vpc });
    expect(found.filter((setting) => setting.startsWith("ec2:vpc"))).toEqual([
      "ec2:vpc AssociatePublicIpAddress=true",
      "ec2:vpc Subnets=subnet-01234567",
      "ec2:vpc VPCId=vpc-01234567",
    ]);
  });

  it("stand in one order, whatever is set", () => {
    const found = settings({ domain: { name: "www.example.com", certificate } });
    const namespaces = found.map((setting) => setting.split(" ")[0]);
    expect(namespaces).toEqual(namespaces.toSorted());
  });
});
