import { block, flag, list, text, whole } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { RuleError } from "../rule-error.ts";
import type { Properties } from "../values.ts";
import { json } from "./aws-type.ts";
import { all, between, like, shorterThan } from "./forms.ts";
import { hex } from "./identifiers.ts";
import { recordType } from "./record-type.ts";
import type { Session } from "./session.ts";

// `iam.Role`. The lengths and characters of names are those of the API reference of IAM.

export const roleName = all(
  shorterThan(64),
  like(/^[\w+=,.@-]+$/, "letters, digits and _+=,.@- only"),
);

/** Makes the type for one configuration of the provider. */
export function roleType(session: Session): ResourceType {
  const { account, cloud } = session;
  const own = (kind: string, name: string) =>
    cloud.list(kind).filter(({ id }) => id.startsWith(`${account}/${name}/`));
  return recordType(session, {
    kind: "aws/role",
    global: true,
    tagged: true,
    autonamed: { property: "name", most: 64 },
    schema: {
      assumeRolePolicy: json({ required: true }),
      name: text({ replaces: true, refuses: roleName }),
      path: text({ default: "/", replaces: true }),
      description: text(),
      forceDetachPolicies: flag(),
      inlinePolicies: list(block({ name: text(), policy: json() })),
      managedPolicyArns: list(text()),
      maxSessionDuration: whole({ default: 3600, refuses: between(3600, 43_200) }),
      permissionsBoundary: text(),
      ...outputs,
    },
    place: ({ name }) => `${account}/${name}`,
    taken: ({ name }) =>
      `EntityAlreadyExists: there is a role ${name} already; choose another name, or leave name out`,
    made: ({ name, path }) => ({
      id: String(name),
      outputs: {
        arn: `arn:aws:iam::${account}:role${path}${name}`,
        uniqueId: `AROA${hex(17).toUpperCase()}`,
        createDate: new Date().toISOString(),
      },
    }),
    remove(state) {
      const name = String(state.name);
      const attached = own("aws/role-attachment", name);
      const inline = own("aws/role-policy", name);
      if (state.forceDetachPolicies !== true && attached.length + inline.length > 0) {
        throw new RuleError(
          `DeleteConflict: role ${name} still has policies; remove them first, or set forceDetachPolicies`,
        );
      }
      for (const { id } of attached) cloud.delete("aws/role-attachment", id);
      for (const { id } of inline) cloud.delete("aws/role-policy", id);
    },
  });
}

/** The role of that name, which must exist. */
export function roleNamed({ account, cloud }: Session, name: string): Properties {
  const found = cloud.get<Properties>("aws/role", `${account}/${name}`);
  if (found) return found;
  throw new RuleError(
    `NoSuchEntity: there is no role ${name}; give the name of a role, not its ARN`,
  );
}

const outputs = {
  arn: text({ output: true }),
  uniqueId: text({ output: true }),
  createDate: text({ output: true }),
} as const;
