import { type Metric, metricFilter, type Watched } from "./metric-filter.ts";

/** The dashboard of a service in the form that Cloud Monitoring takes: requests, latencies, errors and instances. */
export function dashboard(watched: Watched): string {
  return JSON.stringify({
    displayName: `Slipway: ${watched.service}`,
    gridLayout: {
      columns: "2",
      widgets: [
        chart("Requests per second, by class of status", [
          line(watched, requests, "ALIGN_RATE", "REDUCE_SUM", ["metric.label.response_code_class"]),
        ]),
        chart("Latency in ms: 50, 95 and 99 %", [
          ...["REDUCE_PERCENTILE_50", "REDUCE_PERCENTILE_95", "REDUCE_PERCENTILE_99"].map(
            (percentile) => line(watched, { type: "request_latencies" }, "ALIGN_DELTA", percentile),
          ),
        ]),
        chart("Errors per second", [
          line(watched, { ...requests, responses: "5xx" }, "ALIGN_RATE", "REDUCE_SUM"),
        ]),
        chart("Instances, by state", [
          line(watched, { type: "container/instance_count" }, "ALIGN_MAX", "REDUCE_SUM", [
            "metric.label.state",
          ]),
        ]),
      ],
    },
  });
}

const requests: Metric = { type: "request_count" };

function chart(title: string, dataSets: readonly object[]) {
  return { title, xyChart: { dataSets } };
}

function line(
  watched: Watched,
  metric: Metric,
  perSeriesAligner: string,
  crossSeriesReducer: string,
  groupByFields?: readonly string[],
) {
  const aggregation = {
    alignmentPeriod: "60s",
    perSeriesAligner,
    crossSeriesReducer,
    ...(groupByFields && { groupByFields }),
  };
  const timeSeriesFilter = { filter: metricFilter(watched, metric), aggregation };
  return { plotType: "LINE", timeSeriesQuery: { timeSeriesFilter } };
}
