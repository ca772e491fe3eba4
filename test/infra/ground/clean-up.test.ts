import { describe, expect, it } from "vitest";
import { artifactRegistryCleanUp, ecrCleanUp } from "../../../infra/ground/clean-up.ts";

interface Image {
  readonly digest: string;
  readonly tags: readonly string[];
  /** Days since it was pushed. */
  readonly age: number;
}

const day = 24 * 60 * 60;

/**
 * What is left on Artifact Registry: a version goes when a deleting policy names it and no keeping one does
 * (https://cloud.google.com/artifact-registry/docs/repositories/cleanup-policy-overview).
 */
function leftOnArtifactRegistry(
  images: readonly Image[],
  policies: ReturnType<typeof artifactRegistryCleanUp>,
): Image[] {
  const newestFirst = images.toSorted((a, b) => a.age - b.age);
  const named = (image: Image, action: string) =>
    policies
      .filter((policy) => policy.action === action)
      .some(({ condition, mostRecentVersions }) =>
        mostRecentVersions
          ? newestFirst.indexOf(image) < mostRecentVersions.keepCount
          : meets(image, condition ?? {}),
      );
  return images.filter((image) => named(image, "KEEP") || !named(image, "DELETE"));
}

interface Condition {
  readonly tagState?: string;
  readonly tagPrefixes?: readonly string[];
  readonly olderThan?: string;
}

function meets({ tags, age }: Image, { tagState, tagPrefixes, olderThan }: Condition): boolean {
  const hasState = tagState === "ANY" || (tagState === "TAGGED") === tags.length > 0;
  const hasPrefix = tagPrefixes?.some((prefix) => tags.some((tag) => tag.startsWith(prefix)));
  return hasState && (hasPrefix ?? true) && age * day > Number.parseInt(olderThan ?? "-1", 10);
}

interface Rule {
  readonly rulePriority: number;
  readonly selection: {
    readonly tagStatus: string;
    readonly tagPrefixList?: readonly string[];
    readonly countType: string;
    readonly countNumber: number;
  };
}

/**
 * What is left on ECR: a rule asks for every one of its prefixes; it counts all it selects, youngest first; and what an
 * earlier rule selects, no later one expires (https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html).
 */
function leftOnEcr(images: readonly Image[], policy: string): Image[] {
  const { rules } = JSON.parse(policy) as { rules: Rule[] };
  const expired = new Set<Image>();
  const settled = new Set<Image>();
  for (const { selection } of rules.toSorted((a, b) => a.rulePriority - b.rulePriority)) {
    expect(selection.countType).toBe("imageCountMoreThan");
    const selected = images
      .filter(({ tags }) => isSelected(tags, selection))
      .toSorted((a, b) => a.age - b.age);
    for (const image of selected.slice(selection.countNumber)) {
      if (!settled.has(image)) expired.add(image);
    }
    for (const image of selected) settled.add(image);
  }
  return images.filter((image) => !expired.has(image));
}

function isSelected(tags: readonly string[], selection: Rule["selection"]): boolean {
  if (selection.tagStatus === "any") return true;
  return (selection.tagPrefixList ?? []).every((prefix) =>
    tags.some((tag) => tag.startsWith(prefix)),
  );
}

const commit = (at: number) => at.toString(16).padStart(40, "0");
const image = (at: number, age: number, ...tags: string[]): Image => ({
  digest: `sha256:${commit(at).padStart(64, "0")}`,
  tags: [commit(at), ...tags],
  age,
});

const live = [image(1, 600, "prev-production"), image(2, 599, "live-production")];
const staging = [
  image(3, 598, "prev-staging"),
  image(4, 597, "live-staging", "prev-production-api"),
];
/** One a day, of which none went live; the last is also the default branch's. */
const pushes = Array.from({ length: 200 }, (_, at) =>
  image(5 + at, 400 - at, ...(at === 199 ? ["latest", "main"] : [])),
);
const all = [...live, ...staging, ...pushes];

describe("after 200 further pushes the clean-up", () => {
  it("of Artifact Registry leaves what is live, what was before, and the newest", () => {
    const left = leftOnArtifactRegistry(all, artifactRegistryCleanUp({ images: 50, days: 30 }));
    expect(left).toEqual([...live, ...staging, ...pushes.slice(-50)]);
  });

  it("of Artifact Registry leaves what is young, however many there are", () => {
    const left = leftOnArtifactRegistry(all, artifactRegistryCleanUp({ images: 1, days: 300 }));
    expect(left).toEqual([...live, ...staging, ...pushes.slice(-100)]);
  });

  it("of ECR leaves what is live, what was before, and the newest", () => {
    const left = leftOnEcr(all, ecrCleanUp({ images: 50 }));
    expect(left).toEqual([...live, ...staging, ...pushes.slice(-50)]);
  });

  it("leaves them too where a single one is to be kept", () => {
    const expected = [...live, ...staging, ...pushes.slice(-1)];
    const google = artifactRegistryCleanUp({ images: 1, days: 1 });
    expect(leftOnArtifactRegistry(all, google)).toEqual(expected);
    expect(leftOnEcr(all, ecrCleanUp({ images: 1 }))).toEqual(expected);
  });

  it("removes untagged leftovers of the same age", () => {
    const leftover: Image = { digest: `sha256:${"f".repeat(64)}`, tags: [], age: 500 };
    const images = [leftover, ...all];
    const google = artifactRegistryCleanUp({ images: 50, days: 30 });
    expect(leftOnArtifactRegistry(images, google)).not.toContain(leftover);
    expect(leftOnEcr(images, ecrCleanUp({ images: 50 }))).not.toContain(leftover);
  });
});

describe("ECR's rules", () => {
  const { rules } = JSON.parse(ecrCleanUp({ images: 50 })) as { rules: Rule[] };

  it("would leave only what has both tags if one rule named both prefixes", () => {
    const [first, , last] = rules;
    const selection = { ...first?.selection, tagPrefixList: ["live-", "prev-"] };
    const joined = JSON.stringify({ rules: [{ ...first, selection }, last] });
    expect(leftOnEcr(all, joined)).toEqual([...staging.slice(1), ...pushes.slice(-50)]);
  });

  it("are numbered without a gap, the one for any image last", () => {
    expect(rules.map(({ rulePriority, selection }) => [rulePriority, selection.tagStatus])).toEqual(
      [
        [1, "tagged"],
        [2, "tagged"],
        [3, "any"],
      ],
    );
  });
});
