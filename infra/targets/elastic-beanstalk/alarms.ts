import { MetricAlarm } from "@pulumi/aws/cloudwatch/metricAlarm.js";
import type { Environment } from "@pulumi/aws/elasticbeanstalk/environment.js";
import * as pulumi from "@pulumi/pulumi";
import type { ElasticBeanstalkConfig } from "../../config/elastic-beanstalk.ts";
import { namePrefix } from "../../ground/names.ts";
import type { Place } from "./place.ts";

/** "Degraded", by https://docs.aws.amazon.com/elasticbeanstalk/latest/dg/health-enhanced-cloudwatch.html. */
const degraded = 20;

/** Alarms on the environment's health and on answers with a status of 500 or more; they tell the topic, where there is one. */
export function makeAlarms(
  name: string,
  environment: Environment,
  { topic, errors }: ElasticBeanstalkConfig["alerts"],
  place: Place,
): void {
  const told = topic === undefined ? {} : { alarmActions: [topic], okActions: [topic] };
  const watched = {
    namespace: "AWS/ElasticBeanstalk",
    dimensions: { EnvironmentName: environment.name },
    comparisonOperator: "GreaterThanOrEqualToThreshold",
    ...told,
  };
  new MetricAlarm(
    `${name}-health`,
    {
      name: pulumi.interpolate`${namePrefix}-${environment.name}-health`,
      ...watched,
      alarmDescription: `${name} is degraded or worse for five minutes.`,
      metricName: "EnvironmentHealth",
      statistic: "Minimum",
      period: 60,
      evaluationPeriods: 5,
      threshold: degraded,
      treatMissingData: "missing",
    },
    place,
  );
  new MetricAlarm(
    `${name}-errors`,
    {
      name: pulumi.interpolate`${namePrefix}-${environment.name}-errors`,
      ...watched,
      alarmDescription: `${name} answered ${errors} times or more with a status of 500 or above within five minutes.`,
      metricName: "ApplicationRequests5xx",
      statistic: "Sum",
      period: 300,
      evaluationPeriods: 1,
      threshold: errors,
      treatMissingData: "notBreaching",
    },
    place,
  );
}
