import { block, decimal, type Field, flag, list, map, text, whole } from "../bridge/schema.ts";
import type { CheckFailure, ResourceType } from "../provider.ts";
import { isProperties, type Properties } from "../values.ts";
import { apiError } from "./api-error.ts";
import { leftOut, oneOf, seconds } from "./forms.ts";
import { ALERT_POLICY, NOTIFICATION_CHANNEL } from "./monitoring-records.ts";
import { newNumber } from "./new-id.ts";
import { recordType } from "./record-type.ts";
import { type GoogleSession, projectOf } from "./session.ts";

// `gcp.monitoring.AlertPolicy`: when somebody is to be told. Here nobody watches.

const aggregations: Field = list(
  block({
    alignmentPeriod: text({ refuses: seconds }),
    crossSeriesReducer: text(),
    groupByFields: list(text()),
    perSeriesAligner: text(),
  }),
);
const trigger = block({ count: whole(), percent: decimal() });

const threshold = block({
  filter: text(),
  comparison: text({ required: true, refuses: oneOf(...comparisons()) }),
  duration: text({ required: true, refuses: seconds }),
  thresholdValue: decimal(),
  aggregations,
  denominatorFilter: text(),
  denominatorAggregations: aggregations,
  evaluationMissingData: text(),
  forecastOptions: block({ forecastHorizon: text({ required: true }) }),
  trigger,
});

const conditions = list(
  block({
    displayName: text({ required: true }),
    name: text({ output: true }),
    conditionThreshold: threshold,
    conditionAbsent: block({
      filter: text(),
      duration: text({ required: true, refuses: seconds }),
      aggregations,
      trigger,
    }),
    conditionMatchedLog: block({ filter: text({ required: true }), labelExtractors: map() }),
    conditionMonitoringQueryLanguage: block({
      query: text({ required: true }),
      duration: text({ required: true, refuses: seconds }),
      evaluationMissingData: text(),
      trigger,
    }),
    conditionPrometheusQueryLanguage: block({
      query: text({ required: true }),
      duration: text({ refuses: seconds }),
      evaluationInterval: text({ refuses: seconds }),
      labels: map(),
      ruleGroup: text(),
      alertRule: text(),
      disableMetricValidation: flag(),
    }),
    conditionSql: block({}, { refuses: leftOut }),
  }),
  { required: true },
);

/** Makes the type for one configuration of the provider. */
export function alertPolicyType(session: GoogleSession): ResourceType {
  return recordType(session, {
    kind: "AlertPolicy",
    record: ALERT_POLICY,
    api: "monitoring.googleapis.com",
    schema: {
      displayName: text({ required: true }),
      combiner: text({ required: true, refuses: oneOf("AND", "OR", "AND_WITH_MATCHING_RESOURCE") }),
      conditions,
      project: text({ computed: true, replaces: true }),
      enabled: flag({ default: true }),
      notificationChannels: list(text()),
      severity: text({ refuses: oneOf("CRITICAL", "ERROR", "WARNING") }),
      documentation: block({
        content: text(),
        mimeType: text({ default: "text/markdown" }),
        subject: text(),
        links: list(block({ displayName: text(), url: text() })),
      }),
      alertStrategy: block({
        autoClose: text({ refuses: seconds }),
        notificationPrompts: list(text()),
        notificationRateLimit: block({ period: text({ refuses: seconds }) }),
        notificationChannelStrategies: list(
          block({ notificationChannelNames: list(text()), renotifyInterval: text() }),
        ),
      }),
      userLabels: map(),
      name: text({ output: true }),
      creationRecords: list(block({ mutateTime: text(), mutatedBy: text() }), { output: true }),
    },
    deletionPolicies: [],
    check,
    refuse({ notificationChannels }) {
      for (const channel of Array.isArray(notificationChannels) ? notificationChannels : []) {
        if (session.cloud.get(NOTIFICATION_CHANNEL, String(channel)) === undefined) {
          throw apiError(404, `there is no notification channel ${channel}`);
        }
      }
    },
    id: (planned) => `projects/${projectOf(planned)}/alertPolicies/${newNumber()}`,
    made: (planned, id) => ({
      name: id,
      creationRecords: [{ mutateTime: new Date().toISOString(), mutatedBy: "rehearsal" }],
      conditions: withNames(planned, id),
    }),
    changed: ({ id, planned }) => ({ conditions: withNames(planned, id) }),
  });
}

function comparisons(): string[] {
  return ["GT", "GE", "LT", "LE", "EQ", "NE"].map((each) => `COMPARISON_${each}`);
}

function check({ conditions: given }: Properties): CheckFailure[] {
  return (Array.isArray(given) ? given : []).flatMap((condition, index) => {
    const kinds = Object.keys(isProperties(condition) ? condition : {});
    return kinds.filter((key) => key.startsWith("condition")).length === 1
      ? []
      : [{ property: `conditions[${index}]`, reason: "expected exactly one kind of condition" }];
  });
}

function withNames({ conditions: given }: Properties, id: string): Properties[] {
  return (given as Properties[]).map((each) => ({
    ...each,
    name: each.name ?? `${id}/conditions/${newNumber()}`,
  }));
}
