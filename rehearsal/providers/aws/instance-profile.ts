import { text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import { hex } from "./identifiers.ts";
import { recordType } from "./record-type.ts";
import { roleNamed } from "./role.ts";
import type { Session } from "./session.ts";

/** `iam.InstanceProfile`: how an instance comes by a role. */
export function instanceProfileType(session: Session): ResourceType {
  const { account } = session;
  return recordType(session, {
    kind: "aws/instance-profile",
    global: true,
    tagged: true,
    autonamed: { property: "name", most: 128 },
    schema: {
      name: text({ replaces: true }),
      path: text({ default: "/", replaces: true }),
      role: text(),
      arn: text({ output: true }),
      uniqueId: text({ output: true }),
      createDate: text({ output: true }),
    },
    place: ({ name }) => `${account}/${name}`,
    refuse({ role }) {
      if (role) roleNamed(session, String(role));
    },
    taken: ({ name }) =>
      `EntityAlreadyExists: there is an instance profile ${name} already; choose another name, or leave name out`,
    made: ({ name, path }) => ({
      id: String(name),
      outputs: {
        arn: `arn:aws:iam::${account}:instance-profile${path}${name}`,
        uniqueId: `AIPA${hex(17).toUpperCase()}`,
        createDate: new Date().toISOString(),
      },
    }),
  });
}
