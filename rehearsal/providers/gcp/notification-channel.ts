import { block, flag, map, text } from "../bridge/schema.ts";
import type { CheckFailure, ResourceType } from "../provider.ts";
import { isProperties, type Properties } from "../values.ts";
import { apiError } from "./api-error.ts";
import { alertThatUses, NOTIFICATION_CHANNEL } from "./monitoring-records.ts";
import { newNumber } from "./new-id.ts";
import { recordType } from "./record-type.ts";
import { type GoogleSession, projectOf } from "./session.ts";

// `gcp.monitoring.NotificationChannel`: where alerts are sent. Here nothing is sent.

/** The plain labels that a kind of channel must have. */
const LABELS: Readonly<Record<string, readonly string[]>> = {
  email: ["email_address"],
  sms: ["number"],
  pubsub: ["topic"],
};

/** Makes the type for one configuration of the provider. */
export function notificationChannelType(session: GoogleSession): ResourceType {
  const { cloud } = session;
  return recordType(session, {
    kind: "NotificationChannel",
    record: NOTIFICATION_CHANNEL,
    api: "monitoring.googleapis.com",
    schema: {
      type: text({ required: true }),
      displayName: text(),
      description: text(),
      enabled: flag({ default: true }),
      forceDelete: flag(),
      labels: map(),
      sensitiveLabels: block({ authToken: text(), password: text(), serviceKey: text() }),
      userLabels: map(),
      project: text({ computed: true, replaces: true }),
      name: text({ output: true }),
      verificationStatus: text({ output: true }),
    },
    deletionPolicies: [],
    check,
    refuse({ type, labels }) {
      const given = isProperties(labels) ? labels : {};
      const missing = (LABELS[String(type)] ?? []).find((label) => !given[label]);
      if (missing) throw apiError(400, `a channel of type ${type} needs the label ${missing}`);
    },
    id: (planned) => `projects/${projectOf(planned)}/notificationChannels/${newNumber()}`,
    made: (_planned, id) => ({ name: id, verificationStatus: "" }),
    remove(id, { forceDelete }) {
      const user = alertThatUses(cloud, id);
      if (user && forceDelete !== true) {
        throw apiError(
          400,
          `${id} is used by ${user}; delete the alert policies first, or set forceDelete`,
        );
      }
      cloud.delete(NOTIFICATION_CHANNEL, id);
    },
  });
}

const SENSITIVE = { auth_token: "authToken", password: "password", service_key: "serviceKey" };

function check({ labels, sensitiveLabels }: Properties): CheckFailure[] {
  const both = Object.entries(SENSITIVE).filter(
    ([plain, sensitive]) =>
      isProperties(labels) &&
      labels[plain] &&
      isProperties(sensitiveLabels) &&
      sensitiveLabels[sensitive],
  );
  return both.map(([plain]) => ({
    property: `labels.${plain}`,
    reason: "given in labels and in sensitiveLabels; give it in one of them",
  }));
}
