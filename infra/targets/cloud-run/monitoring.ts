import { AlertPolicy } from "@pulumi/gcp/monitoring/alertPolicy.js";
import { Dashboard } from "@pulumi/gcp/monitoring/dashboard.js";
import { NotificationChannel } from "@pulumi/gcp/monitoring/notificationChannel.js";
import { UptimeCheckConfig } from "@pulumi/gcp/monitoring/uptimeCheckConfig.js";
import type { Provider } from "@pulumi/gcp/provider.js";
import type { monitoring } from "@pulumi/gcp/types/input.js";
import * as pulumi from "@pulumi/pulumi";
import type { CloudRunConfig } from "../../config/cloud-run.ts";
import { dashboard } from "./dashboard.ts";
import { metricFilter, type Watched } from "./metric-filter.ts";

export interface MonitoringArgs extends Watched {
  readonly config: CloudRunConfig;
  readonly url: pulumi.Output<string>;
  /** What whoever is alerted is to do first. */
  readonly advice: string;
}

/**
 * What watches a service: a dashboard, alerts on the share of errors and on latency, and a check from outside unless the
 * service is private. The alerts are mailed where the configuration has an address.
 */
export class CloudRunMonitoring extends pulumi.ComponentResource {
  constructor(
    name: string,
    { config, url, advice, ...watched }: MonitoringArgs,
    { parent, provider }: { readonly parent: pulumi.Resource; readonly provider: Provider },
  ) {
    super("slipway:target:CloudRunMonitoring", name, {}, { parent });
    const own = { parent: this, provider };
    const displayName = `Slipway: ${watched.service}`;
    new Dashboard(name, { dashboardJson: dashboard(watched) }, own);
    if (config.access !== "private") {
      new UptimeCheckConfig(name, { displayName, ...uptime(config, url) }, own);
    }
    const { email, errors, latency } = config.alerts;
    const channels = email
      ? [
          new NotificationChannel(
            name,
            { displayName, type: "email", labels: { email_address: email } },
            own,
          ).name,
        ]
      : [];
    const alert = (key: string, what: string, condition: Condition) => {
      const policy = {
        displayName: `${displayName}: ${what}`,
        combiner: "OR",
        conditions: [{ displayName: what, conditionThreshold: condition }],
        notificationChannels: channels,
        documentation: { content: advice, mimeType: "text/markdown" },
      };
      return new AlertPolicy(`${name}-${key}`, policy, own);
    };
    alert("errors", `more than ${errors} % errors`, errorShare(watched, errors / 100));
    alert("latency", `more than 5 % slower than ${latency} ms`, slowness(watched, latency));
    this.registerOutputs();
  }
}

type Condition = monitoring.AlertPolicyConditionConditionThreshold;

function uptime({ project, health }: CloudRunConfig, url: pulumi.Output<string>) {
  const host = url.apply((known) => new URL(known).host);
  return {
    monitoredResource: { type: "uptime_url", labels: { project_id: project, host } },
    httpCheck: { path: health.path, port: 443, useSsl: true, validateSsl: true },
    period: "300s",
    timeout: "10s",
  };
}

/** Five minutes in a row, so that one failure among few requests wakes nobody. */
const sustained = { comparison: "COMPARISON_GT", duration: "300s" };

function errorShare(watched: Watched, thresholdValue: number): Condition {
  const rate = {
    alignmentPeriod: "60s",
    perSeriesAligner: "ALIGN_RATE",
    crossSeriesReducer: "REDUCE_SUM",
  };
  return {
    ...sustained,
    filter: metricFilter(watched, { type: "request_count", responses: "5xx" }),
    aggregations: [rate],
    denominatorFilter: metricFilter(watched, { type: "request_count" }),
    denominatorAggregations: [rate],
    thresholdValue,
  };
}

function slowness(watched: Watched, thresholdValue: number): Condition {
  const percentile = {
    alignmentPeriod: "60s",
    perSeriesAligner: "ALIGN_DELTA",
    crossSeriesReducer: "REDUCE_PERCENTILE_95",
  };
  return {
    ...sustained,
    filter: metricFilter(watched, { type: "request_latencies" }),
    aggregations: [percentile],
    thresholdValue,
  };
}
