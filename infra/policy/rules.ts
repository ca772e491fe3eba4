import { closedBuckets } from "./closed-buckets.ts";
import { imageByDigest } from "./image-by-digest.ts";
import { leastRights } from "./least-rights.ts";
import { noPlainSecrets } from "./no-plain-secrets.ts";
import { nothingPublic } from "./nothing-public.ts";
import { protectedInProduction } from "./protected-in-production.ts";
import type { Rule } from "./rule.ts";

/** Every rule of the pack. */
export const rules: readonly Rule[] = [
  closedBuckets,
  imageByDigest,
  leastRights,
  noPlainSecrets,
  nothingPublic,
  protectedInProduction,
];
