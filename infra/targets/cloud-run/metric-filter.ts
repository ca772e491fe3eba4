/** What is watched: one service by the name that it has in its project. */
export interface Watched {
  readonly service: string;
  readonly region: string;
}

/** One of Cloud Run's metrics: https://cloud.google.com/monitoring/api/metrics_gcp_p_z#gcp-run. */
export interface Metric {
  readonly type: "request_count" | "request_latencies" | "container/instance_count";
  /** Only responses of this class. */
  readonly responses?: "5xx";
}

/** A metric of one service, as Cloud Monitoring filters it. */
export function metricFilter({ service, region }: Watched, { type, responses }: Metric): string {
  return [
    `metric.type = "run.googleapis.com/${type}"`,
    `resource.type = "cloud_run_revision"`,
    `resource.labels.service_name = "${service}"`,
    `resource.labels.location = "${region}"`,
    ...(responses ? [`metric.labels.response_code_class = "${responses}"`] : []),
  ].join(" AND ");
}
