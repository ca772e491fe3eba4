import { policiesOf } from "./aws-policies.ts";
import { everybody, grantsOf } from "./google-grants.ts";
import { publicAcls } from "./public-acls.ts";
import { isHidden, mapOf, mapsOf, type Resource, type Rule, textOf } from "./rule.ts";
import { type Asked, nothingAsked, type StackFacts } from "./stack-facts.ts";

/** Whoever is let in is asked for in the stack file. */
export const nothingPublic: Rule = {
  name: "nothing-public",
  description: "Nothing is public unless the stack's configuration asks for it.",
  remedy:
    "Take the opening out, or ask for it with target.access or target.bind in the stack file.",
  level: "mandatory",
  check: (resource, { asked, names }) => {
    const own = asked[serviceOf(resource, names)] ?? nothingAsked;
    return [
      ...publicGrants(resource, own),
      ...publicPolicies(resource),
      ...publicAcls(resource),
      ...(openings[resource.type]?.(resource, own) ?? []),
    ];
  },
};

const openings: Readonly<Record<string, (resource: Resource, asked: Asked) => string[]>> = {
  "docker:index/container:Container": publishedPorts,
  "gcp:cloudrunv2/service:Service": ({ props }, { access }) =>
    props.invokerIamDisabled === true && access !== "unchecked"
      ? ["invokerIamDisabled lets everybody call it"]
      : [],
  "gcp:storage/bucket:Bucket": ({ props }) =>
    isHidden(props.publicAccessPrevention) || props.publicAccessPrevention === "enforced"
      ? []
      : ["publicAccessPrevention is not enforced"],
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": gaps,
  "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": gaps,
  "aws:elasticbeanstalk/environment:Environment": balancerScheme,
};

/**
 * Whose configuration speaks for a resource. On Cloud Run a name is anybody's to choose, so it is the service that the resource
 * is about; its own name counts where a preview does not know that yet.
 */
function serviceOf({ type, name, props }: Resource, names: StackFacts["names"]): string {
  if (!type.startsWith("gcp:cloudrunv2/") || isHidden(props.name)) return name;
  return names.get(textOf(props.name).split("/").at(-1) ?? "") ?? "";
}

function publicGrants(resource: Resource, { access }: Asked): string[] {
  const isInvoker = resource.type === "gcp:cloudrunv2/serviceIamMember:ServiceIamMember";
  return grantsOf(resource).flatMap(({ role, members }) =>
    members
      .filter((member) => everybody.has(member))
      .filter((member) => {
        const isAskedFor = isInvoker && role === "roles/run.invoker" && access === "public";
        return !(isAskedFor && member === "allUsers");
      })
      .map((member) => `${role || "a role"} is given to ${member}`),
  );
}

function publicPolicies(resource: Resource): string[] {
  return policiesOf(resource)
    .filter(({ isAllow, principals, isKept }) => {
      return isAllow && principals.includes("*") && !isKept;
    })
    .map(({ sid }) => `the statement ${sid} lets everybody in`);
}

function gaps({ props }: Resource): string[] {
  return ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"]
    .filter((key) => !isHidden(props[key]) && props[key] !== true)
    .map((key) => `${key} is not true`);
}

function publishedPorts({ props }: Resource, { bind }: Asked): string[] {
  const own = new Set(["127.0.0.1", "::1", ...(bind ? [bind] : [])]);
  const ports = mapsOf(props.ports)
    .filter(({ ip }) => !isHidden(ip) && !own.has(textOf(ip)))
    .map(({ internal, ip }) => `port ${internal} is published on ${ip ?? "every address"}`);
  return props.networkMode === "host" ? [...ports, "it has the host's own network"] : ports;
}

/** An adopted environment has no settings here, and keeps its own. */
function balancerScheme({ props }: Resource, { access }: Asked): string[] {
  if (access === "public" || !Array.isArray(props.settings)) return [];
  const schemes = mapsOf(props.settings).filter(
    (setting) => setting.namespace === "aws:ec2:vpc" && setting.name === "ELBScheme",
  );
  const value = mapOf(schemes[0]).value;
  return isHidden(value) || value === "internal" ? [] : ["its load balancer is not internal"];
}
