import { text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { iamMemberType } from "./iam-member.ts";
import { sameEnding } from "./same-ending.ts";
import { SECRET, secretPath } from "./secret-records.ts";
import { type GoogleSession, projectOf } from "./session.ts";

/** `gcp.secretmanager.SecretIamMember`: who may read a secret. */
export function secretIamMemberType(session: GoogleSession): ResourceType {
  return iamMemberType(session, {
    kind: "secret",
    api: "secretmanager.googleapis.com",
    parent: {
      secretId: text({ required: true, replaces: true, same: sameEnding }),
      project: text({ computed: true, replaces: true }),
    },
    property: "secretId",
    pathOf: (planned) => secretPath(String(planned.secretId), projectOf(planned)),
    record: SECRET,
  });
}
