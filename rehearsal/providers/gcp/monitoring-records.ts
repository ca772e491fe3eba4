import type { Cloud } from "../../cloud/cloud.ts";

/** The kind of the cloud's records of alert policies; their ids are `projects/P/alertPolicies/N`. */
export const ALERT_POLICY = "gcp/alert-policy";

/** The kind of the records of notification channels; their ids are `projects/P/notificationChannels/N`. */
export const NOTIFICATION_CHANNEL = "gcp/notification-channel";

/** An alert policy that speaks of something; undefined when none does. */
export function alertThatUses(cloud: Cloud, name: string): string | undefined {
  return cloud.list(ALERT_POLICY).find(({ value }) => JSON.stringify(value).includes(name))?.id;
}
