import { expect, test } from "vitest";
import { checkSettings } from "../../../../rehearsal/providers/aws/check-settings.ts";
import { applicable, readSettings } from "../../../../rehearsal/providers/aws/settings.ts";

const setting = (namespace: string, name: string, value: string) => ({
  namespace: `aws:${namespace}`,
  name,
  value,
});
const secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:token-abcdef";

test.each([
  ["autoscaling:asg", "MinSize", "4"],
  ["autoscaling:launchconfiguration", "DisableIMDSv1", "True"],
  ["autoscaling:trigger", "LowerBreachScaleIncrement", "-1"],
  ["ec2:instances", "InstanceTypes", "t3.small,t3.large"],
  ["ec2:instances", "InstanceTypes", "t4g.small,m6gd.large"],
  ["ec2:vpc", "Subnets", "subnet-0a1b2c3d,subnet-0a1b2c3e"],
  ["elasticbeanstalk:application:environment", "A.B", "x".repeat(256)],
  ["elasticbeanstalk:application:environmentsecrets", "TOKEN", secret],
  ["elasticbeanstalk:application:environmentsecrets", "TOKEN", `${secret}:key`],
  ["elasticbeanstalk:environment:process:default", "MatcherHTTPCode", "200-299,301"],
  ["elasticbeanstalk:environment:process:other", "HealthCheckPath", "/health"],
  ["elbv2:listener:default", "ListenerEnabled", "false"],
])("%s, %s takes %s", (namespace, name, value) => {
  expect(() => checkSettings([setting(namespace, name, value)])).not.toThrow();
});

test.each([
  ["autoscaling:asg", "MinSize", "0"],
  ["autoscaling:asg", "MinSize", " 1"],
  ["autoscaling:launchconfiguration", "RootVolumeType", "gp4"],
  ["autoscaling:launchconfiguration", "RootVolumeSize", "9"],
  ["ec2:instances", "InstanceTypes", "t3.small,t4g.small"],
  ["ec2:instances", "InstanceType", "t3.small"],
  ["ec2:vpc", "ELBScheme", "private"],
  ["elasticbeanstalk:application:environment", "", "1"],
  ["elasticbeanstalk:application:environment", "A", "x".repeat(257)],
  ["elasticbeanstalk:application:environmentsecrets", "TOKEN", "token"],
  ["elasticbeanstalk:cloudwatch:logs", "RetentionInDays", "10"],
  ["elasticbeanstalk:command", "DeploymentPolicy", "rolling"],
  ["elasticbeanstalk:command", "Timeout", "3601"],
  ["elasticbeanstalk:environment", "LoadBalancerType", "alb"],
  ["elasticbeanstalk:environment:process:default", "HealthCheckPath", "health"],
  ["elasticbeanstalk:environment:process:default", "Port", "0"],
  ["elasticbeanstalk:environment:proxy", "ProxyServer", "apache"],
  ["elasticbeanstalk:healthreporting:system", "SystemType", "full"],
  ["elasticbeanstalk:managedactions", "PreferredStartTime", "09:00"],
  ["elasticbeanstalk:managedactions:platformupdate", "UpdateLevel", "major"],
  ["elbv2:listener:443", "SSLCertificateArns", "certificate"],
])("%s, %s refuses %s and names the pair", (namespace, name, value) => {
  const wrong = () => checkSettings([setting(namespace, name, value)]);
  expect(wrong).toThrow(`aws:${namespace}`);
  expect(wrong).toThrow(name);
});

test("the value of a variable is never quoted", () => {
  const value = `canary${"x".repeat(300)}`;
  const place = "elasticbeanstalk:application:environment";
  expect(() => checkSettings([setting(place, "TOKEN", value)])).toThrow(
    /^(?!.*canary).*has a value of 306 characters/,
  );
  expect(() => checkSettings([setting(`${place}secrets`, "TOKEN", value)])).toThrow(
    /^(?!.*canary).*is no ARN of a secret/,
  );
});

test("all wrong settings are named at once, also those that are wrong together", () => {
  const settings = [
    setting("autoscaling:asg", "MinSize", "5"),
    setting("elasticbeanstalk:managedactions", "ManagedActionsEnabled", "true"),
    setting("elbv2:listener:443", "Protocol", "HTTPS"),
    setting("nothing", "at all", "1"),
  ];
  const named = ["at all", "MinSize 5", "PreferredStartTime", "UpdateLevel", "SSLCertificateArns"];
  for (const each of named) expect(() => checkSettings(settings)).toThrow(each);
});

test("what is read back is spelt as the service spells it, without the options of another load balancer", () => {
  const settings = readSettings([
    setting("elasticbeanstalk:environment", "LoadBalancerType", "application"),
    setting("autoscaling:launchconfiguration", "DisableIMDSv1", "True"),
    setting("elasticbeanstalk:application:environment", "DEBUG", "True"),
    setting("elb:policies", "Stickiness Policy", "true"),
    setting("autoscaling:asg", "MinSize", "1"),
    setting("autoscaling:asg", "MinSize", "2"),
  ]);
  expect(applicable(settings).map(({ name, value }) => `${name}=${value}`)).toEqual([
    "LoadBalancerType=application",
    "DisableIMDSv1=true",
    "DEBUG=True",
    "MinSize=2",
  ]);
});
