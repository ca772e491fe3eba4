import type { Plan, PlannedStep } from "../plan.ts";

/** What a plan would take away from what it holds. */
export interface Held {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly op: "delete" | "replace";
  /** What is behind it: the properties that force the replacement, or that the program asks for it no longer. */
  readonly why: string;
}

/**
 * What of a plan deletes or replaces something that may hold data or an address, in the order of the plan: everything but
 * what each release replaces by its nature. A type that nobody has thought of is held.
 */
export function heldBack({ steps }: Plan): Held[] {
  const byUrn = Map.groupBy(steps, ({ urn }) => urn);
  return [...byUrn].flatMap(([urn, ofOne]) => heldOf(urn, ofOne) ?? []);
}

/** What is made anew with a release, and gone or kept by its own rules when its successor is there. */
const replacedByReleases = new Set([
  "docker:index/container:Container",
  "aws:elasticbeanstalk/applicationVersion:ApplicationVersion",
  // A bundle; the old one stays in ground's bucket.
  "aws:s3/bucketObjectv2:BucketObjectv2",
  // A new value of a secret; the old version stays with the secret.
  "gcp:secretmanager/secretVersion:SecretVersion",
  "aws:secretsmanager/secretVersion:SecretVersion",
]);

/** Only an entry in the state: the registry keeps the image, and a release that it holds already needs no such entry. */
const image = "docker:index/image:Image";

const replacements = new Set([
  "replace",
  "create-replacement",
  "import-replacement",
  "delete-replaced",
]);

function heldOf(urn: string, steps: readonly PlannedStep[]): Held | undefined {
  const state = steps.map(({ oldState, newState }) => oldState ?? newState).find(Boolean);
  const type = state?.type ?? typeOf(urn);
  if (state?.custom === false || type === image || type.startsWith("pulumi:")) return undefined;
  const held = { urn, type, name: urn.slice(urn.lastIndexOf("::") + 2) };
  const replacing = steps.filter(({ op }) => replacements.has(op));
  if (replacing.length > 0) {
    if (replacedByReleases.has(type)) return undefined;
    return { ...held, op: "replace", why: whyReplaced(replacing) };
  }
  const ops = new Set(steps.map(({ op }) => op));
  // With --refresh, the deletion is what was found gone; made anew, it takes nothing away.
  if (!ops.has("delete") || ops.has("create")) return undefined;
  const stays = state?.retainOnDelete ? "; it stays, and only Pulumi forgets it" : "";
  return { ...held, op: "delete", why: `no longer in the program${stays}` };
}

function whyReplaced(steps: readonly PlannedStep[]): string {
  const given = steps.flatMap(({ replaceReasons }) => replaceReasons ?? []);
  const found = steps.flatMap(({ detailedDiff }) =>
    Object.entries(detailedDiff ?? {})
      .filter(([, { diffKind }]) => diffKind?.endsWith("-replace"))
      .map(([path]) => path),
  );
  const properties = [...new Set(given.length > 0 ? given : found)].toSorted();
  if (properties.length > 0) return properties.join(", ");
  return steps.every(({ op }) => op === "delete-replaced")
    ? "left by a replacement that did not come to its end"
    : "replaced with what it stands on, or by request";
}

/** The last of the types in a URN, of which a child has its parents' before its own. */
function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}
