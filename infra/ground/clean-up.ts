// What the registries delete by themselves. What a stack runs and what it ran before, by their tags, is never deleted.

/** The tags of what runs and of what ran before it; the stack's name follows. */
const keptPrefixes = ["live-", "prev-"];

/**
 * Artifact Registry's policies. A keeping one wins over a deleting one, and a version with any of the prefixes is kept
 * (https://cloud.google.com/artifact-registry/docs/repositories/cleanup-policy-overview).
 */
export function artifactRegistryCleanUp(keep: { readonly images: number; readonly days: number }) {
  return [
    {
      id: "keep-live-and-previous",
      action: "KEEP",
      condition: { tagState: "TAGGED", tagPrefixes: keptPrefixes },
    },
    { id: "keep-newest", action: "KEEP", mostRecentVersions: { keepCount: keep.images } },
    {
      id: "delete-old",
      action: "DELETE",
      condition: { tagState: "ANY", olderThan: `${keep.days * 24 * 60 * 60}s` },
    },
  ];
}

/** More than a repository can have stacks; a rule has to count something. */
const never = 9_999;

/**
 * ECR's life cycle policy, as text. ECR only expires, but an image that a rule's tags match is out of reach of every
 * later rule; and one rule with both prefixes would ask for both tags on one image, so each has its own
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html).
 */
export function ecrCleanUp(keep: { readonly images: number }): string {
  const kept = keptPrefixes.map((prefix, at) => ({
    rulePriority: at + 1,
    description: `Leave ${prefix} alone`,
    selection: {
      tagStatus: "tagged",
      tagPrefixList: [prefix],
      countType: "imageCountMoreThan",
      countNumber: never,
    },
    action: { type: "expire" },
  }));
  const newest = {
    rulePriority: keptPrefixes.length + 1,
    description: `Keep the newest ${keep.images}`,
    selection: { tagStatus: "any", countType: "imageCountMoreThan", countNumber: keep.images },
    action: { type: "expire" },
  };
  return JSON.stringify({ rules: [...kept, newest] });
}
