import type { Cloud } from "../../cloud/cloud.ts";

// Who may do what: the cloud's record of every grant.

/** A role that a member has on a resource, or on everything of a project. */
export interface Grant {
  /** A path such as `projects/P/secrets/S`, or `projects/P`. */
  readonly resource: string;
  readonly role: string;
  /** Such as `serviceAccount:EMAIL` or `allUsers`. */
  readonly member: string;
}

/** The kind of the cloud's records. */
export const BINDING = "gcp/binding";

/** Whether a member has the role on the resource itself or on its project. */
export function isGranted(cloud: Cloud, { resource, role, member }: Grant): boolean {
  const project = resource.split("/").slice(0, 2).join("/");
  return [resource, project].some(
    (each) => cloud.get(BINDING, bindingId({ resource: each, role, member })) !== undefined,
  );
}

export function bindingId({ resource, role, member }: Grant): string {
  return `${resource}/${role}/${member}`;
}

/** Ends every grant on a resource, as its removal does. */
export function endGrants(cloud: Cloud, resource: string): void {
  for (const { id } of cloud.list(BINDING)) {
    if (id.startsWith(`${resource}/roles/`)) cloud.delete(BINDING, id);
  }
}
