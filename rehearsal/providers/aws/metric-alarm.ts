import { block, decimal, flag, map, set, text, whole } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { isProperties, type Properties } from "../values.ts";
import { arn, like, oneOf, shorterThan } from "./forms.ts";
import { recordType } from "./record-type.ts";
import type { Session } from "./session.ts";

/** `cloudwatch.MetricAlarm`; it is kept and never goes off. */
export function metricAlarmType(session: Session): ResourceType {
  const { account } = session;
  return recordType(session, {
    kind: "aws/alarm",
    tagged: true,
    autonamed: { property: "name", most: 255 },
    schema,
    check: wrongMetric,
    place: ({ region, name }) => `${account}/${region}/${name}`,
    made: ({ region, name }) => ({
      id: String(name),
      outputs: { arn: `arn:aws:cloudwatch:${region}:${account}:alarm:${name}` },
    }),
  });
}

const actions = set(text({ refuses: arn() }));
const metric = {
  metricName: text({ refuses: shorterThan(255) }),
  namespace: text({ refuses: shorterThan(255) }),
  period: whole({ refuses: period }),
  dimensions: map(),
  unit: text(),
};

const schema = {
  name: text({ replaces: true, refuses: shorterThan(255) }),
  comparisonOperator: text({
    refuses: oneOf(
      "GreaterThanOrEqualToThreshold",
      "GreaterThanThreshold",
      "LessThanThreshold",
      "LessThanOrEqualToThreshold",
      "LessThanLowerOrGreaterThanUpperThreshold",
      "LessThanLowerThreshold",
      "GreaterThanUpperThreshold",
    ),
  }),
  evaluationPeriods: whole({ refuses: atLeastOne }),
  datapointsToAlarm: whole({ refuses: atLeastOne }),
  threshold: decimal(),
  thresholdMetricId: text(),
  ...metric,
  statistic: text({ refuses: oneOf("SampleCount", "Average", "Sum", "Minimum", "Maximum") }),
  extendedStatistic: text(),
  treatMissingData: text({
    default: "missing",
    refuses: oneOf("breaching", "notBreaching", "ignore", "missing"),
  }),
  evaluateLowSampleCountPercentiles: text({ computed: true, refuses: oneOf("evaluate", "ignore") }),
  metricQueries: set(
    block({
      id: text({
        required: true,
        refuses: like(
          /^[a-z]\w{0,254}$/,
          "letters, digits and _, beginning with a lower-case letter",
        ),
      }),
      accountId: text(),
      expression: text(),
      label: text(),
      period: whole({ refuses: period }),
      returnData: flag(),
      metric: block({ ...metric, stat: text({ required: true }) }),
    }),
  ),
  actionsEnabled: flag({ default: true }),
  alarmActions: actions,
  okActions: actions,
  insufficientDataActions: actions,
  alarmDescription: text({ refuses: shorterThan(1024) }),
  arn: text({ output: true }),
} as const;

function atLeastOne(value: unknown): string | undefined {
  return Number(value) >= 1 ? undefined : `is ${value}; use 1 or more`;
}

function period(value: unknown): string | undefined {
  const seconds = Number(value);
  const isPeriod = [10, 20, 30].includes(seconds) || (seconds > 0 && seconds % 60 === 0);
  return isPeriod ? undefined : `is ${value} seconds; use 10, 20, 30 or a multiple of 60`;
}

function wrongMetric({ metricName, metricQueries, statistic, extendedStatistic }: Properties) {
  const queries = Array.isArray(metricQueries) ? metricQueries.filter(isProperties) : [];
  if ((metricName === undefined) === (queries.length === 0)) {
    return [{ property: "metricName", reason: "give either metricName or metricQueries" }];
  }
  if (metricName !== undefined && (statistic === undefined) === (extendedStatistic === undefined)) {
    return [{ property: "statistic", reason: "give either statistic or extendedStatistic" }];
  }
  return [];
}
