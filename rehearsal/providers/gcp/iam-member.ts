import { createHash } from "node:crypto";
import { block, type Schema, text } from "../bridge/schema.ts";
import type { ResourceType } from "../provider.ts";
import type { Properties } from "../values.ts";
import { hasAccount } from "./account.ts";
import { apiError } from "./api-error.ts";
import { BINDING, bindingId } from "./binding.ts";
import { like } from "./forms.ts";
import { googleType } from "./google-type.ts";
import type { GoogleSession } from "./session.ts";

// What the types have in common that grant one role on one resource to one member. There is nothing to update: every change
// makes another grant.

export interface IamMemberType {
  readonly kind: string;
  readonly api: string;
  /** The properties that say on what the role is granted. */
  readonly parent: Schema;
  /** The property that reads back as the parent's path; none where it reads back as it was written. */
  readonly property?: string;
  readonly autonamed?: { readonly property: string };
  readonly deletesFirst?: true;
  /** The parent's path. */
  readonly pathOf: (planned: Properties) => string;
  /** The kind of the cloud's record that the parent must have. */
  readonly record?: string;
  /** To be done when a grant has come or gone. */
  readonly changed?: (path: string) => void;
}

const member = text({
  required: true,
  replaces: true,
  refuses: like(
    /^(?:allUsers|allAuthenticatedUsers|(?!deleted:)[a-zA-Z]+:.+)$/,
    "is no member; write it as type:value, such as serviceAccount:EMAIL, or allUsers",
  ),
});

const condition = block(
  { title: text({ required: true }), expression: text({ required: true }), description: text() },
  { replaces: true },
);

/** Makes such a type. */
export function iamMemberType(session: GoogleSession, type: IamMemberType): ResourceType {
  const { cloud } = session;
  const { kind, api, parent, autonamed, deletesFirst, property, pathOf } = type;
  const role = text({
    required: true,
    replaces: true,
    refuses: like(/^(?:(?:projects|organizations)\/[^/]+\/)?roles\/[\w.]+$/, "is no role"),
  });
  return googleType(session, {
    kind: `${kind} IAM member`,
    api,
    schema: { ...parent, role, member, condition, etag: text({ output: true }) },
    ...(autonamed && { autonamed }),
    ...(deletesFirst && { deletesFirst }),
    async create(planned) {
      const path = pathOf(planned);
      refuseGrant(session, String(planned.member));
      if (type.record && cloud.get(type.record, path) === undefined) {
        throw apiError(404, `${path}: not found, so nothing can be granted on it`);
      }
      const grant = { resource: path, role: String(planned.role), member: String(planned.member) };
      const title = (planned.condition as Properties | undefined)?.title;
      const id = bindingId(grant) + (title ? `/${title}` : "");
      const etag = `Bw${createHash("sha256").update(id).digest("base64url").slice(0, 9)}=`;
      const state = { ...planned, ...(property && { [property]: path }), etag };
      // A grant that stands already is taken up, as the API does.
      cloud.put(BINDING, id, state);
      type.changed?.(path);
      return { id, state };
    },
    read: async (id) => cloud.get<Properties>(BINDING, id),
    async delete(id, state) {
      cloud.delete(BINDING, id);
      type.changed?.(pathOf(state));
    },
  });
}

function refuseGrant({ cloud, domainRestrictedSharing }: GoogleSession, to: string): void {
  if (to.startsWith("all") && domainRestrictedSharing) {
    throw apiError(
      400,
      `One or more users named in the policy do not belong to a permitted customer: ${to} (domain-restricted sharing)`,
    );
  }
  const email = /^serviceAccount:(?<email>.+)$/.exec(to)?.groups?.email;
  if (email && !email.includes(".svc.id.goog") && !hasAccount(cloud, email)) {
    throw apiError(400, `Service account ${email} does not exist.`);
  }
}
