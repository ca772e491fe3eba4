import { text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { json } from "./aws-type.ts";
import { recordType } from "./record-type.ts";
import { roleNamed } from "./role.ts";
import type { Session } from "./session.ts";

/** `iam.RolePolicy`: a policy that belongs to one role. */
export function rolePolicyType(session: Session): ResourceType {
  return recordType(session, {
    kind: "aws/role-policy",
    global: true,
    autonamed: { property: "name", most: 128 },
    schema: {
      name: text({ replaces: true }),
      role: text({ required: true, replaces: true }),
      policy: json({ required: true }),
    },
    place: ({ role, name }) => `${session.account}/${role}/${name}`,
    refuse({ role }) {
      roleNamed(session, String(role));
    },
    made: ({ role, name }) => ({ id: `${role}:${name}` }),
  });
}
