import { block, flag, list, map, set, text, whole } from "../bridge/schema.ts";
import type { CheckFailure, ResourceType } from "../provider.ts";
import type { Properties } from "../values.ts";
import { apiError } from "./api-error.ts";
import { leftOut, like, oneOf } from "./forms.ts";
import { alertThatUses } from "./monitoring-records.ts";
import { newId } from "./new-id.ts";
import { recordType } from "./record-type.ts";
import { type GoogleSession, projectOf } from "./session.ts";

// `gcp.monitoring.UptimeCheckConfig`: a URL that Google asks again and again. Here nobody asks it.

const UPTIME_CHECK = "gcp/uptime-check";
const TARGETS = ["monitoredResource", "resourceGroup", "syntheticMonitor"];

const httpCheck = block({
  path: text({ default: "/" }),
  port: whole({ computed: true }),
  useSsl: flag(),
  validateSsl: flag(),
  requestMethod: text({ default: "GET", replaces: true, refuses: oneOf("GET", "POST") }),
  headers: map({ computed: true }),
  maskHeaders: flag(),
  body: text(),
  contentType: text({ refuses: oneOf("TYPE_UNSPECIFIED", "URL_ENCODED", "USER_PROVIDED") }),
  customContentType: text(),
  acceptedResponseStatusCodes: list(
    block({
      statusClass: text({
        refuses: oneOf(
          "STATUS_CLASS_1XX",
          "STATUS_CLASS_2XX",
          "STATUS_CLASS_3XX",
          "STATUS_CLASS_4XX",
          "STATUS_CLASS_5XX",
          "STATUS_CLASS_ANY",
        ),
      }),
      statusValue: whole(),
    }),
  ),
  serviceAgentAuthentication: block({ type: text() }),
  pingConfig: block({ pingsCount: whole({ required: true }) }),
  authInfo: block({}, { refuses: leftOut }),
});

/** Makes the type for one configuration of the provider. */
export function uptimeCheckType(session: GoogleSession): ResourceType {
  const { cloud } = session;
  return recordType(session, {
    kind: "UptimeCheckConfig",
    record: UPTIME_CHECK,
    api: "monitoring.googleapis.com",
    schema: {
      displayName: text({ required: true }),
      timeout: text({
        required: true,
        refuses: like(/^(?:[1-9]|[1-5]\d|60)s$/, "is not 1s to 60s"),
      }),
      period: text({ default: "300s", refuses: oneOf("60s", "300s", "600s", "900s") }),
      project: text({ computed: true, replaces: true }),
      checkerType: text({ computed: true, replaces: true }),
      httpCheck,
      tcpCheck: block({
        port: whole({ required: true }),
        pingConfig: block({ pingsCount: whole({ required: true }) }),
      }),
      contentMatchers: list(
        block({
          content: text({ required: true }),
          matcher: text({ default: "CONTAINS_STRING" }),
          jsonPathMatcher: block({ jsonPath: text({ required: true }), jsonMatcher: text() }),
        }),
      ),
      logCheckFailures: flag(),
      monitoredResource: block(
        { type: text({ required: true }), labels: map({ required: true }) },
        { replaces: true },
      ),
      resourceGroup: block({ groupId: text(), resourceType: text() }, { replaces: true }),
      syntheticMonitor: block({}, { replaces: true, refuses: leftOut }),
      selectedRegions: set(text()),
      userLabels: map(),
      name: text({ output: true }),
      uptimeCheckId: text({ output: true }),
    },
    deletionPolicies: [],
    check,
    id: (planned) =>
      `projects/${projectOf(planned)}/uptimeCheckConfigs/${newId(String(planned.displayName))}`,
    made: (_planned, id) => ({
      name: id,
      uptimeCheckId: id.split("/").at(-1) ?? "",
      checkerType: "STATIC_IP_CHECKERS",
    }),
    refuse({ selectedRegions }) {
      if (Array.isArray(selectedRegions) && selectedRegions.length > 0 && !has3(selectedRegions)) {
        throw apiError(400, "selectedRegions must name at least three locations");
      }
    },
    remove(id, { uptimeCheckId }) {
      const user = alertThatUses(cloud, String(uptimeCheckId));
      if (user) {
        throw apiError(400, `${id} is used by ${user}; delete the alert policies first`);
      }
      cloud.delete(UPTIME_CHECK, id);
    },
  });
}

function check(inputs: Properties): CheckFailure[] {
  const given = TARGETS.filter((target) => inputs[target] !== undefined);
  return given.length === 1
    ? []
    : [{ property: "", reason: `expected exactly one of ${TARGETS.join(", ")}` }];
}

/** USA stands for three locations. */
function has3(regions: readonly unknown[]): boolean {
  return regions.length + (regions.includes("USA") ? 2 : 0) >= 3;
}
