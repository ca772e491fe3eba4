import { createRequire } from "node:module";
import { text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import { arn } from "./forms.ts";
import { hex } from "./identifiers.ts";
import { recordType } from "./record-type.ts";
import { roleNamed } from "./role.ts";
import type { Session } from "./session.ts";

/** `iam.RolePolicyAttachment`: one of Amazon's policies for a role. */
export function rolePolicyAttachmentType(session: Session): ResourceType {
  return recordType(session, {
    kind: "aws/role-attachment",
    global: true,
    deletesFirst: true,
    schema: {
      role: text({ required: true, replaces: true }),
      policyArn: text({ required: true, replaces: true, refuses: arn("iam") }),
    },
    place: ({ role, policyArn }) => `${session.account}/${role}/${policyArn}`,
    refuse({ role, policyArn }) {
      roleNamed(session, String(role));
      if (managedPolicies().has(String(policyArn))) return;
      throw new RuleError(
        `NoSuchEntity: policy ${policyArn} does not exist or is not attachable; name one of Amazon's own policies`,
      );
    },
    made: ({ role }) => ({ id: `${role}-${hex(26)}` }),
  });
}

/** Amazon's own policies, as the SDK lists them; loaded when one is first asked for. */
function managedPolicies(): ReadonlySet<string> {
  known ??= new Set(
    Object.values<string>(
      createRequire(import.meta.url)("@pulumi/aws/types/enums/iam/index.js").ManagedPolicy,
    ),
  );
  return known;
}

let known: ReadonlySet<string> | undefined;
