import { listOf, mapOf, mapsOf, type Props, type Resource, textOf } from "./rule.ts";

/** Who is given a role. */
export interface Grant {
  readonly role: string;
  readonly members: readonly string[];
}

/** What Google calls everybody, and everybody with an account. */
export const everybody: ReadonlySet<string> = new Set(["allUsers", "allAuthenticatedUsers"]);

/** The roles that a resource of Google gives, whatever it gives them on; none for any other resource. */
export function grantsOf({ type, props }: Resource): readonly Grant[] {
  if (/^gcp:.*iampolicy$/i.test(type)) return bindings(props.policyData).map(grantOf);
  return /^gcp:.*iam(?:member|binding)$/i.test(type) ? [grantOf(props)] : [];
}

function grantOf({ role, member, members }: Props): Grant {
  return { role: textOf(role), members: [member, ...listOf(members)].map(textOf).filter(Boolean) };
}

/** A whole policy is text, as `getIAMPolicy` makes it. */
function bindings(policyData: unknown): readonly Props[] {
  try {
    return mapsOf(mapOf(JSON.parse(textOf(policyData))).bindings);
  } catch {
    return [];
  }
}
