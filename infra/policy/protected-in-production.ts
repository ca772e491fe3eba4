import { isHidden, type Resource, type Rule } from "./rule.ts";
import type { StackFacts } from "./stack-facts.ts";

/** Data and addresses of a stack named `production` are not lost by a mistake. */
export const protectedInProduction: Rule = {
  name: "protected-in-production",
  description: "What holds data or an address is protected from being deleted in production.",
  remedy:
    "Leave protect at its default, which is true; who means to delete it runs pulumi up without the policies.",
  level: "mandatory",
  check: (resource, facts) =>
    facts.isProduction
      ? (guards[resource.type] ?? []).flatMap((guard) => guard(resource, facts))
      : [],
};

type Guard = (resource: Resource, facts: StackFacts) => string[];

const byPulumi: Guard = ({ protect }) => (protect ? [] : ["protect is not set"]);

/** What the stack's own secrets are copied to is made again from them. */
const unlessCopied: Guard = (resource, facts) =>
  facts.copies.has(resource.name) ? [] : byPulumi(resource, facts);

/** @param means by which the provider itself refuses to delete. */
function unless(key: string, means: unknown): Guard {
  return ({ props }) =>
    props[key] === means || isHidden(props[key]) ? [] : [`${key} is not ${means}`];
}

function not(key: string): Guard {
  return ({ props }) => (props[key] === true ? [`${key} is true`] : []);
}

const guards: Readonly<Record<string, readonly Guard[]>> = {
  "gcp:cloudrunv2/service:Service": [unless("deletionProtection", true)],
  "gcp:artifactregistry/repository:Repository": [
    // Of a remote one only a cache would be lost.
    (resource, facts) =>
      resource.props.mode === "REMOTE_REPOSITORY" ? [] : byPulumi(resource, facts),
  ],
  "gcp:storage/bucket:Bucket": [byPulumi, not("forceDestroy")],
  "aws:elasticbeanstalk/application:Application": [byPulumi],
  "aws:elasticbeanstalk/environment:Environment": [byPulumi],
  "aws:ecr/repository:Repository": [byPulumi, not("forceDelete")],
  "aws:s3/bucket:Bucket": [byPulumi, not("forceDestroy")],
  "aws:s3/bucketV2:BucketV2": [byPulumi, not("forceDestroy")],
  "gcp:secretmanager/secret:Secret": [unlessCopied],
  "gcp:secretmanager/regionalSecret:RegionalSecret": [unlessCopied],
  "aws:secretsmanager/secret:Secret": [unlessCopied],
  "aws:ssm/parameter:Parameter": [byPulumi],
};
