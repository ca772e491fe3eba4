import { text } from "../../bridge/schema.ts";
import type { ResourceType } from "../../provider.ts";
import { iamMemberType } from "../iam-member.ts";
import { sameEnding } from "../same-ending.ts";
import { type GoogleSession, locationOf, projectOf } from "../session.ts";
import { SERVICE } from "./service-record.ts";
import { publish } from "./service-routes.ts";

/** `gcp.cloudrunv2.ServiceIamMember`: who may ask a service. Without `name` it names one that there is not. */
export function serviceIamMemberType(session: GoogleSession): ResourceType {
  return iamMemberType(session, {
    kind: "service",
    api: "run.googleapis.com",
    parent: {
      name: text({ replaces: true, same: sameEnding }),
      location: text({ computed: true, replaces: true }),
      project: text({ computed: true, replaces: true }),
    },
    property: "name",
    autonamed: { property: "name" },
    pathOf(planned) {
      const name = String(planned.name);
      if (name.includes("/")) return name;
      const place = `projects/${projectOf(planned)}/locations/${locationOf(session, planned)}`;
      return `${place}/services/${name}`;
    },
    record: SERVICE,
    changed: (path) => publish(session, path),
  });
}
