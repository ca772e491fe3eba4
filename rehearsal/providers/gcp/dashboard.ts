import { text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { isProperties, sameValue, type Value } from "../values.ts";
import { apiError } from "./api-error.ts";
import { newId } from "./new-id.ts";
import { recordType } from "./record-type.ts";
import { type GoogleSession, projectNumber, projectOf } from "./session.ts";

const LAYOUTS = ["gridLayout", "mosaicLayout", "rowLayout", "columnLayout"];

/** `gcp.monitoring.Dashboard`: pictures of metrics, described in JSON. */
export function dashboardType(session: GoogleSession): ResourceType {
  return recordType(session, {
    kind: "Dashboard",
    record: "gcp/dashboard",
    api: "monitoring.googleapis.com",
    schema: {
      dashboardJson: text({
        required: true,
        refuses: (value) => (isProperties(parsed(value)) ? undefined : "is no JSON object"),
        same: (old, planned) => sameValue(parsed(old), parsed(planned)),
      }),
      project: text({ computed: true, replaces: true }),
    },
    deletionPolicies: [],
    refuse({ dashboardJson }) {
      const found = parsed(dashboardJson);
      const keys = isProperties(found) ? Object.keys(found) : [];
      if (!keys.includes("displayName")) throw apiError(400, "a dashboard needs a displayName");
      if (keys.filter((key) => LAYOUTS.includes(key)).length !== 1) {
        throw apiError(400, `a dashboard needs exactly one of ${LAYOUTS.join(", ")}`);
      }
    },
    id: (planned) =>
      `projects/${projectNumber(projectOf(planned))}/dashboards/${newId("dashboard")}`,
  });
}

function parsed(value: Value | undefined): Value | undefined {
  try {
    return JSON.parse(String(value)) as Value;
  } catch {
    return undefined;
  }
}
