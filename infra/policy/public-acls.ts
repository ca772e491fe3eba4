import { everybody } from "./google-grants.ts";
import { listOf, mapOf, mapsOf, type Resource, textOf } from "./rule.ts";

/** What the access control lists of a bucket or an object give to everybody, on Google and on S3; each as a clause. */
export function publicAcls({ type, props }: Resource): string[] {
  if (type.startsWith("gcp:storage/")) {
    const entities = [props.entity, ...listOf(props.roleEntities).map(entityOf)].map(textOf);
    return [
      ...entities.filter((entity) => everybody.has(entity)).map((one) => `it lets ${one} in`),
      ...["predefinedAcl", "defaultAcl"]
        .filter((key) => /^(?:public|authenticatedRead)/i.test(textOf(props[key])))
        .map((key) => `${key} is ${props[key]}`),
    ];
  }
  if (!type.startsWith("aws:s3/")) return [];
  const grants = [
    ...mapsOf(props.grants),
    ...mapsOf(mapOf(props.accessControlPolicy).grants).map(({ grantee }) => mapOf(grantee)),
  ];
  return [
    ...(/^(?:public-|authenticated-read$)/.test(textOf(props.acl))
      ? [`the acl is ${props.acl}`]
      : []),
    ...grants
      .map(({ uri }) => /\/(?:AllUsers|AuthenticatedUsers)$/.exec(textOf(uri))?.[0].slice(1))
      .filter((group) => group !== undefined)
      .map((group) => `it lets ${group} in`),
  ];
}

/** `READER:allUsers` */
function entityOf(roleEntity: unknown): string {
  return textOf(roleEntity).split(":").slice(1).join(":");
}
