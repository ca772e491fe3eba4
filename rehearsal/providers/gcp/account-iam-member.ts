import { text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { ACCOUNT } from "./account.ts";
import { iamMemberType } from "./iam-member.ts";
import type { GoogleSession } from "./session.ts";

/** `gcp.serviceaccount.IAMMember`: who may act as a service account. */
export function accountIamMemberType(session: GoogleSession): ResourceType {
  return iamMemberType(session, {
    kind: "service account",
    api: "iam.googleapis.com",
    parent: { serviceAccountId: text({ required: true, replaces: true }) },
    pathOf: ({ serviceAccountId }) => String(serviceAccountId),
    record: ACCOUNT,
  });
}
